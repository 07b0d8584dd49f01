import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { NDPosPlugin } from "../../../src/drivers/plugins/ndPosPlugin.js";
import { makeFrame, put, shown, stringAttribute } from "./frames.js";
import { pluginRig } from "./rig.js";

/** Positions x = 10, 20 ... with y = 0.5. */
const layout = (count: number) => `
<pos_layout>
  <dimensions><dimension name="x"/><dimension name="y"/></dimensions>
  <positions>
    ${Array.from({ length: count }, (_, index) => `<position x="${10 * (index + 1)}" y="0.5"/>`).join("\n    ")}
  </positions>
</pos_layout>`;

async function rig(t: TestContext, values: Readonly<Record<string, number | string>> = {}) {
  const { pool, camera, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPosPlugin(setup), { ARRAY_CALLBACKS: 1, ...values });
  const seen: (readonly [id: number, x: unknown])[] = [];
  plugin.arrays$.subscribe(({ uniqueId, attributes }) =>
    seen.push([uniqueId, attributes.find(({ name }) => name === "x")?.value]),
  );
  const emit = (...ids: number[]) => {
    for (const id of ids) camera.emit(makeFrame(pool, id));
  };
  const all = (...names: string[]) => names.map((name) => shown(plugin, `NDPos_${name}`));
  return { pool, camera, plugin, seen, emit, all };
}

test("each frame gets the next position as attributes, until there is none", async (t) => {
  const { seen, emit, all } = await rig(t, { NDPos_Filename: layout(3), NDPos_Running: 1 });
  assert.deepEqual(all("FileValid", "CurrentQty"), [1, 3]);
  emit(1, 2);
  assert.deepEqual(seen, [
    [1, 10],
    [2, 20],
  ]);
  assert.deepEqual(all("CurrentQty", "CurrentPos", "ExpectedID", "Running"), [1, "[x=20,y=0.5]", 3, 1]);
  emit(3, 4);
  assert.deepEqual(seen.length, 3);
  assert.deepEqual(all("CurrentQty", "Running"), [0, 0]);
});

test("no frames come out while it does not run", async (t) => {
  const { seen, emit } = await rig(t, { NDPos_Filename: layout(3) });
  emit(1, 2);
  assert.deepEqual(seen, []);
});

test("a missing frame takes its position with it, a frame that comes twice is left out", async (t) => {
  const { seen, emit, all } = await rig(t, { NDPos_Filename: layout(5), NDPos_Running: 1 });
  emit(1, 4, 4, 2, 5);
  assert.deepEqual(seen, [
    [1, 10],
    [4, 40],
    [5, 50],
  ]);
  assert.deepEqual(all("MissingFrames", "DuplicateFrames"), [2, 2]);
});

test("with Keep the positions stay, and a reset begins with the first again", async (t) => {
  const { plugin, seen, emit, all } = await rig(t, {
    NDPos_Filename: layout(2),
    NDPos_Mode: 1,
    NDPos_Running: 1,
  });
  emit(1, 2);
  assert.deepEqual(all("CurrentQty", "CurrentIndex", "Running"), [2, 2, 1]);
  emit(3);
  assert.deepEqual(all("Running"), [0]);
  await put(plugin, "NDPos_Restart", 1);
  await put(plugin, "NDPos_IDStart", 7);
  await put(plugin, "NDPos_Running", 1);
  emit(7);
  assert.deepEqual(seen.at(-1), [7, 10]);
});

test("ids may go up by more than one, and may be an attribute", async (t) => {
  const { pool, camera, seen, emit, all } = await rig(t, {
    NDPos_Filename: layout(4),
    NDPos_IDName: "Trigger",
    NDPos_IDStart: 10,
    NDPos_IDDifference: 5,
    NDPos_Running: 1,
  });
  for (const trigger of ["10", "20"])
    camera.emit(makeFrame(pool, 1, { attributes: [stringAttribute("Trigger", trigger)] }));
  assert.deepEqual(
    seen.map(([, x]) => x),
    [10, 30],
  );
  assert.deepEqual(all("MissingFrames", "ExpectedID"), [1, 25]);
  emit(3);
  assert.deepEqual(all("Running"), [0]);
});

test("a file's positions are added to those that are left; Delete forgets all", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "positions-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "positions.xml");
  writeFileSync(file, layout(2));
  const { plugin, seen, emit, all } = await rig(t, { NDPos_Filename: file, NDPos_Running: 1 });
  emit(1);
  await put(plugin, "NDPos_Filename", file);
  assert.deepEqual(all("CurrentQty"), [3]);
  emit(2, 3);
  assert.deepEqual(
    seen.map(([, x]) => x),
    [10, 20, 10],
  );
  await put(plugin, "NDPos_Delete", 1);
  assert.deepEqual(all("CurrentQty", "CurrentPos"), [0, ""]);
});

test("positions without all dimensions are left out, and a file that is no XML is refused", async (t) => {
  const { plugin, all } = await rig(t);
  const text =
    '<pos_layout><dimension name="x"/><position x="1"/><position z="1"/><position x="left"/></pos_layout>';
  await put(plugin, "NDPos_Filename", text);
  assert.deepEqual(all("FileValid", "CurrentQty"), [1, 1]);
  await assert.rejects(put(plugin, "NDPos_Filename", "<pos_layout><positions>"), /positions: line 1/);
  assert.deepEqual(all("FileValid"), [0]);
  await assert.rejects(put(plugin, "NDPos_Filename", "/nowhere/p.xml"), /\/nowhere\/p\.xml: ENOENT/);
});
