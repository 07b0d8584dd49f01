import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readDataset as read } from "./h5.js";
import { HEIGHT, PIXELS, WIDTH } from "./scriptedDetector.js";
import { PREFIX, TestBeamline } from "./testBeamline.js";

const FILE_SETTINGS = ["FileName", "FileTemplate", "AutoIncrement", "NDArrayPort"].map(
  (name) => `2bmSP1:HDF1:${name}`,
);

const settingsOf = (beamline: TestBeamline): string[] => FILE_SETTINGS.map((name) => beamline.text(name));

/** For a test that waits until a capture without frames is given up. */
const IMPATIENT = { capture: 1 };

const SETTINGS = ["scan", "%s%s_%3.3d.h5", "1", "SP1"];

describe("retaking dark and flat fields", () => {
  it("stores them, broadcasts their mean in one update and puts them into the captures that follow", async (context) => {
    const beamline = new TestBeamline(context, { SampleOutX: 2, FlatFieldAxis: "X" });
    await beamline.served();
    const served = ["StreamDarkFields", "StreamFlatFields"].map((name) =>
      beamline.structures.get(PREFIX + name),
    );
    let posts = 0;
    for (const pv of served) pv?.subscribe(() => posts++);
    const { ended } = await beamline.stream();
    const frameTypes = beamline.texts("FrameType", 2);
    await beamline.press("StreamRetakeDark");
    await beamline.press("StreamRetakeFlat");
    assert.deepEqual(await frameTypes, ["2", "0"]);
    assert.equal(posts, 2);
    for (const [pv, pixel] of [
      [served[0], PIXELS["/exchange/data_dark"]],
      [served[1], PIXELS["/exchange/data_white"]],
    ] as const) {
      assert.deepEqual([pv?.value["sizex"], pv?.value["sizey"]], [WIDTH, HEIGHT]);
      assert.deepEqual(pv?.value["value"], new Float32Array(WIDTH * HEIGHT).fill(pixel ?? 0));
    }
    assert.deepEqual(settingsOf(beamline), SETTINGS);
    assert.equal(beamline.text("ScanStatus"), "Collecting projections");
    assert.equal(beamline.text("HDF5Location"), "/exchange/data");
    assert.equal(beamline.number("2bmb:m63.RBV"), 0);

    await beamline.press("StreamCapture");
    const path = join(beamline.folder, "scan_001.h5");
    assert.deepEqual(read(path, "exchange/data_dark").shape, [3, HEIGHT, WIDTH]);
    assert.deepEqual(read(path, "exchange/data_white").shape, [4, HEIGHT, WIDTH]);
    assert.equal(read(path, "exchange/data_white").values.at(-1), PIXELS["/exchange/data_white"]);
    assert.ok(existsSync(join(beamline.folder, "dark_fields_scan_001.h5")));
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("follows the number of fields as it is when the button is pressed", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    beamline.set("NumDarkFields", 6);
    await beamline.press("StreamRetakeDark");
    assert.deepEqual(read(join(beamline.folder, "dark_fields.h5"), "exchange/data_dark").shape[0], 6);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("goes back to projections when no frames come", async (context) => {
    const beamline = new TestBeamline(context, {}, IMPATIENT);
    const { ended } = await beamline.stream();
    beamline.detector.delivering = false;
    await beamline.press("StreamRetakeFlat");
    beamline.detector.delivering = true;
    assert.deepEqual(settingsOf(beamline), SETTINGS);
    assert.deepEqual([beamline.text("StreamMessage"), beamline.number("FrameType")], ["Done", 2]);
    beamline.set("AbortScan", 1);
    await ended;
  });
});

it("fields are taken once the frames from before have left a camera that is late, and the projections after them", async (context) => {
  const beamline = new TestBeamline(context, { StreamScanType: "continuous", NumAngles: 5000 });
  beamline.detector.lateMilliseconds = 300;
  const { ended } = await beamline.stream();
  for (const button of ["StreamRetakeDark", "StreamRetakeFlat", "StreamCapture"])
    await beamline.press(button);
  beamline.set("AbortScan", 1);
  await ended;
  const path = join(beamline.folder, "scan_001.h5");
  const frames = ["data", "data_dark", "data_white"].map((name) => read(path, `exchange/${name}`));
  assert.deepEqual(
    frames.map(({ shape, values }) => [shape[0], new Set(values)]),
    [
      [20, new Set([PIXELS["/exchange/data"]])],
      [3, new Set([PIXELS["/exchange/data_dark"]])],
      [4, new Set([PIXELS["/exchange/data_white"]])],
    ],
  );
});
