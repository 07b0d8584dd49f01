import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { filter, firstValueFrom } from "rxjs";
import { number$ } from "../../src/records/pvStreams.js";
import { readNpy } from "../../src/scan/npy.js";
import { readDataset } from "./h5.js";
import { TestBeamline } from "./testBeamline.js";

const STEP = ["tomoScan", "tomoScan_step", "tomoScan_2BM"];

/** What numpy.save writes for one row of numbers. */
function npy(angles: readonly number[]): Buffer {
  const header =
    `{'descr': '<f8', 'fortran_order': False, 'shape': (${angles.length},), }`.padEnd(117) + "\n";
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(Float64Array.from(angles).buffer)]);
}

describe("a step scan", () => {
  const settings = { NumAngles: 6, RotationStep: 5, FlatFieldAxis: "X", SampleOutX: 1 };

  it("takes each projection where the stage stands still", async (context) => {
    const beamline = new TestBeamline(context, settings, {}, { databases: STEP });
    await beamline.served();
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
    const path = join(beamline.folder, "scan_001.h5");
    assert.deepEqual(readDataset(path, "exchange/theta").values, [0, 5, 10, 15, 20, 25]);
    assert.deepEqual(
      ["data", "data_dark", "data_white"].map((name) => readDataset(path, `exchange/${name}`).shape[0]),
      [6, 3, 4],
    );
    assert.deepEqual(beamline.commands, []);
    assert.equal(beamline.number("2bmSP1:cam1:TriggerSource"), 2);
  });

  it("takes the angles of an interlaced scan from a file of numpy", async (context) => {
    const beamline = new TestBeamline(context, settings, {}, { databases: STEP });
    await beamline.served();
    const angles = join(beamline.folder, "angles.npy");
    writeFileSync(angles, npy([0, 30, 10, 40]));
    beamline.set("InterlacedScan", "Yes");
    beamline.set("InterlacedFileName", angles);
    await beamline.startScan();
    const path = join(beamline.folder, "scan_001.h5");
    assert.deepEqual(readDataset(path, "exchange/theta").values, [0, 30, 10, 40]);
    beamline.set("InterlacedFileName", "/nowhere.npy");
    await beamline.startScan();
    assert.match(beamline.text("ScanStatus"), /^Scan failed: InterlacedFileName "\/nowhere.npy": ENOENT/);
  });

  it("lets the stage come to rest before each frame for StabilizationTime", async (context) => {
    const quick = { ...settings, NumAngles: 3, DarkFieldMode: "None", FlatFieldMode: "None" };
    const beamline = new TestBeamline(
      context,
      { ...quick, StabilizationTime: 0.05 },
      {},
      { databases: STEP },
    );
    await beamline.served();
    let restedAt = 0;
    const pauses: number[] = [];
    const resting = number$(beamline.pv("2bmb:m102.DMOV")).subscribe((done) => {
      if (done === 1) restedAt = performance.now();
    });
    const taking = beamline.detector.taken$.subscribe(() => pauses.push(performance.now() - restedAt));
    await beamline.startScan();
    resting.unsubscribe();
    taking.unsubscribe();
    assert.equal(pauses.length, 3);
    assert.ok(
      pauses.slice(1).every((pause) => pause >= 49),
      `${pauses} ms`,
    );
  });

  it("gives the frames that it took their angles when it is aborted", async (context) => {
    const beamline = new TestBeamline(context, { ...settings, NumAngles: 50 }, {}, { databases: STEP });
    await beamline.served();
    const ended = beamline.startScan();
    await firstValueFrom(
      beamline.detector.taken$.pipe(filter(({ id, location }) => id === 3 && location === "/exchange/data")),
    );
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
    const theta = readDataset(join(beamline.folder, "scan_001.h5"), "exchange/theta").values;
    assert.deepEqual(
      theta,
      theta.map((_, index) => 5 * index),
    );
    assert.ok(theta.length >= 3 && theta.length < 50);
  });

  it("ends, and says why, when the camera never gets rid of its last frame", async (context) => {
    const beamline = new TestBeamline(context, settings, { drain: 0.2 }, { databases: STEP });
    await beamline.served();
    for (const mode of ["DarkFieldMode", "FlatFieldMode"]) beamline.set(mode, "None");
    beamline.detector.draining = false;
    await beamline.startScan();
    assert.match(
      beamline.text("ScanStatus"),
      /^Scan failed: 2bmSP1:cam1:AcquireBusy: the camera did not finish within 0.2 s/,
    );
  });

  it("runs without the records that only step scans have", async (context) => {
    const beamline = new TestBeamline(context, settings, {}, { databases: ["tomoScan", "tomoScan_2BM"] });
    await beamline.served();
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
  });
});

describe("a file of numpy", () => {
  it("is read, or refused with a reason", () => {
    const file = npy([1, 2.5]);
    assert.deepEqual(readNpy(file), [1, 2.5]);
    assert.throws(() => readNpy(file.subarray(0, -1)), /fewer than the 2 numbers/);
    assert.throws(() => readNpy(file.subarray(0, 9)), /ends in its header/);
    assert.throws(() => readNpy(Buffer.from("theta")), /no .npy file/);
    const table = Buffer.from(
      file.toString("latin1").replace("(2,)", "(1,)").replace("<f8", "|O8"),
      "latin1",
    );
    assert.throws(() => readNpy(table), /no list of numbers/);
  });
});
