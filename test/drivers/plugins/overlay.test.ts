import assert from "node:assert/strict";
import { test } from "node:test";
import { NDColorMode } from "../../../src/drivers/ndarray/imageLayout.js";
import { infoOf, wholeAxis } from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginOverlay } from "../../../src/drivers/plugins/ndPluginOverlay.js";
import { drawOverlays, type Overlay } from "../../../src/drivers/plugins/overlayDrawing.js";
import { makeFrame, put, shown, stringAttribute } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginOverlay>[0]) => new NDPluginOverlay(setup, 2);

const overlay = (more: Partial<Overlay>): Overlay => ({
  shape: "Rectangle",
  x: 0,
  y: 0,
  sizeX: 5,
  sizeY: 5,
  widthX: 1,
  widthY: 1,
  isXor: false,
  color: [1, 1, 1],
  text: "",
  font: 0,
  ...more,
});

/** An empty image with drawings, a line of text for each row. */
function drawn(sizeX: number, sizeY: number, ...overlays: readonly Partial<Overlay>[]): string[] {
  const to = new Uint8Array(sizeX * sizeY);
  const strides = { x: 1, y: sizeX, color: 0 };
  drawOverlays({
    from: new Uint8Array(to.length),
    to,
    sizeX,
    sizeY,
    strides,
    overlays: overlays.map(overlay),
  });
  return Array.from({ length: sizeY }, (_, y) =>
    Array.from(to.subarray(y * sizeX, (y + 1) * sizeX), (value) => (value === 0 ? "." : String(value))).join(
      "",
    ),
  );
}

test("a rectangle has its corners at position and position plus size, and lines that grow inwards", () => {
  assert.deepEqual(drawn(7, 6, { x: 1, y: 0, sizeX: 5, sizeY: 4, widthX: 2, widthY: 1 }), [
    ".111111",
    ".11..11",
    ".11..11",
    ".11..11",
    ".111111",
    ".......",
  ]);
});

test("a cross goes through the center of its box, as thick as its widths", () => {
  assert.deepEqual(drawn(7, 6, { shape: "Cross", x: 1, y: 0, sizeX: 4, sizeY: 4, widthX: 0, widthY: 0 }), [
    "...1...",
    "...1...",
    ".11111.",
    "...1...",
    "...1...",
    ".......",
  ]);
  assert.deepEqual(drawn(5, 5, { shape: "Cross", sizeX: 4, sizeY: 4, widthX: 2, widthY: 0 })[0], ".111.");
});

test("an ellipse touches its box", () => {
  assert.deepEqual(drawn(9, 7, { shape: "Ellipse", x: 0, y: 1, sizeX: 8, sizeY: 4 }), [
    ".........",
    "..11111..",
    "11.....11",
    "1.......1",
    "11.....11",
    "..11111..",
    ".........",
  ]);
});

test("XOR takes back what it has drawn, of an ellipse too", () => {
  const twice = { shape: "Ellipse", sizeX: 8, sizeY: 4, isXor: true, color: [0, 5, 0] } as const;
  assert.ok(drawn(9, 5, twice).join("").includes("5"));
  assert.deepEqual(drawn(9, 5, twice, twice), Array(5).fill("........."));
});

test("text is cut off at the size, and a character that the font does not have is blank", () => {
  assert.deepEqual(drawn(13, 13, { shape: "Text", text: "Té", sizeX: 100, sizeY: 100 }).slice(2, 12), [
    "11111........",
    "..1..........",
    "..1..........",
    "..1..........",
    "..1..........",
    "..1..........",
    "..1..........",
    "..1..........",
    "..1..........",
    ".............",
  ]);
  const cut = drawn(13, 13, { shape: "Text", text: "TT", sizeX: 7, sizeY: 3 });
  assert.deepEqual(cut.slice(2, 4), ["11111.1......", "............."]);
});

test("what lies outside of the image is left out", () => {
  assert.deepEqual(drawn(3, 3, { x: -2, y: -2, sizeX: 3, sizeY: 3 }), [".1.", "11.", "..."]);
});

test("an image with colors gets red, green and blue, whatever their order", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(make, {
    USE: 1,
    OVERLAY_SHAPE: 1,
    OVERLAY_POSITION_X: 0,
    OVERLAY_POSITION_Y: 0,
    OVERLAY_SIZE_X: 2,
    OVERLAY_SIZE_Y: 2,
    OVERLAY_WIDTH_X: 1,
    OVERLAY_WIDTH_Y: 1,
    OVERLAY_RED: 10,
    OVERLAY_GREEN: 20,
    OVERLAY_BLUE: 30,
  });
  const images: number[][] = [];
  plugin.arrays$.subscribe(({ data }) => images.push(Array.from(data, Number)));
  const flat = makeFrame(pool, 0);
  const mode = { ...stringAttribute("ColorMode", ""), type: "Int32", value: NDColorMode.RGB2 } as const;
  const frame = pool.allocate({ ...infoOf(flat), dimensions: [2, 3, 2].map(wholeAxis), attributes: [mode] });
  assert.ok(frame !== undefined);
  camera.emit(frame);
  // The lower right pixel is within the rectangle.
  assert.deepEqual(images[0], [10, 10, 20, 20, 30, 30, 10, 0, 20, 0, 30, 0]);
  assert.deepEqual([shown(plugin, "MAX_SIZE_X"), shown(plugin, "MAX_SIZE_Y")], [2, 2]);
});

test("the input stays as it is, and a text may end with the frame's time", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(make, {
    USE: 1,
    OVERLAY_SHAPE: 2,
    OVERLAY_POSITION_X: 0,
    OVERLAY_POSITION_Y: 0,
    OVERLAY_SIZE_X: 100,
    OVERLAY_SIZE_Y: 20,
    OVERLAY_GREEN: 1,
    OVERLAY_DISPLAY_TEXT: "",
    OVERLAY_TIMESTAMP_FORMAT: "%03f",
  });
  const rows: string[] = [];
  plugin.arrays$.subscribe(({ data }) => rows.push(Array.from(data, Number).slice(36, 54).join("")));
  const frame = makeFrame(pool, 1, { sizeX: 18, sizeY: 13, dataType: "UInt8", fill: () => 0 });
  frame.retain();
  camera.emit(frame);
  // The tops of a five and of two noughts.
  assert.deepEqual(rows, ["111110001000001000"]);
  assert.ok(frame.data.every((value) => value === 0));
});

test("of position and center the one that was set last stays when the size changes", async (t) => {
  const { add } = pluginRig(t);
  const plugin = await add(make);
  const place = () => ["POSITION", "CENTER"].map((name) => shown(plugin, `OVERLAY_${name}_X`));
  await put(plugin, "OVERLAY_SIZE_X", 10);
  await put(plugin, "OVERLAY_CENTER_X", 50);
  assert.deepEqual(place(), [45, 50]);
  await put(plugin, "OVERLAY_SIZE_X", 20);
  assert.deepEqual(place(), [40, 50]);
  await put(plugin, "OVERLAY_POSITION_X", 30);
  assert.deepEqual(place(), [30, 40]);
  await put(plugin, "OVERLAY_SIZE_X", 5);
  assert.deepEqual(place(), [30, 32]);
});
