import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { filter } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import { helicalMotion } from "../../src/scan/helical.js";
import { readDataset } from "./h5.js";
import { PIXELS } from "./scriptedDetector.js";
import { TestBeamline } from "./testBeamline.js";

const FLY = ["tomoScan", "tomoScan_PSO", "tomoScan_Helical", "tomoScan_2BM"];

const beamlineOf = (context: TestContext, settings: Readonly<Record<string, Value>> = {}): TestBeamline =>
  new TestBeamline(
    context,
    { NumAngles: 30, ExposureTime: 0.008, FlatFieldAxis: "X", SampleOutX: 2, ...settings },
    { frames: 0.5 },
    { databases: FLY },
  );

/** Frames by where they went, in the order they were taken. */
const phases = (beamline: TestBeamline): [string, number][] => {
  const found: [string, number][] = [];
  for (const { location } of beamline.detector.frames) {
    const last = found.at(-1);
    if (last?.[0] === location) last[1] += 1;
    else found.push([location, 1]);
  }
  return found;
};

const DARK = "/exchange/data_dark";
const FLAT = "/exchange/data_white";
const DATA = "/exchange/data";

describe("a fly scan", () => {
  it("writes dark fields, flat fields and one projection for each angle to one file", async (context) => {
    const beamline = beamlineOf(context, { DarkFieldMode: "Start", FlatFieldMode: "Both" });
    await beamline.served();
    const statuses = beamline.texts("ScanStatus", 9);
    await beamline.startScan();
    assert.deepEqual((await statuses).slice(1), [
      "Beginning scan",
      "Programming PSO",
      "Moving rotation axis to start",
      "Collecting dark fields",
      "Collecting flat fields",
      "Collecting projections",
      "Collecting flat fields",
      "Scan complete",
    ]);
    assert.deepEqual(phases(beamline), [
      [DARK, 3],
      [FLAT, 4],
      [DATA, 30],
      [FLAT, 4],
    ]);

    const path = join(beamline.folder, "scan_001.h5");
    assert.equal(beamline.text("FullFileName"), path);
    assert.deepEqual(readDataset(path, "exchange/data").shape[0], 30);
    assert.deepEqual(readDataset(path, "exchange/data_dark").shape[0], 3);
    assert.equal(readDataset(path, "exchange/data_white").shape[0], 8);
    assert.equal(readDataset(path, "exchange/data_white").values.at(-1), PIXELS[FLAT]);
    const theta = readDataset(path, "exchange/theta").values;
    assert.deepEqual(
      theta,
      Array.from({ length: 30 }, (_, index) => index),
    );
    const taken = beamline.detector.frames.filter(({ location }) => location === DATA);
    for (const [index, frame] of taken.entries())
      assert.ok(Math.abs(frame.angle - (theta[index] ?? Number.NaN)) < 1e-3, `frame ${index}`);
    assert.ok(existsSync(join(beamline.folder, "scan_001.config")));
    assert.deepEqual(
      ["ImagesCollected", "ImagesSaved", "RemainingTime"].map((record) => beamline.text(record)),
      ["4/4", "41/41", "0:00:00"],
    );
  });

  it("takes flat fields at another angle, and is back for the projections", async (context) => {
    const angle = { SampleOutAngleEnable: 1, SampleOutAngle: 90 };
    const beamline = beamlineOf(context, {
      NumAngles: 5,
      DarkFieldMode: "None",
      FlatFieldMode: "Both",
      ...angle,
    });
    await beamline.served();
    const stoodAt: number[] = [];
    const watching = beamline.detector.taken$
      .pipe(filter(({ location }) => location === FLAT))
      .subscribe(() => stoodAt.push(Math.round(beamline.number("2bmb:m102.RBV"))));
    await beamline.startScan();
    watching.unsubscribe();
    assert.deepEqual(stoodAt, [90, 90, 90, 90, 90, 90, 90, 90]);
    const taken = beamline.detector.frames.filter(({ location }) => location === DATA);
    assert.deepEqual(
      taken.map((frame) => Math.round(frame.angle)),
      [0, 1, 2, 3, 4],
    );
  });

  it("copies its file to the analysis computer, into the experiment's folder there", async (context) => {
    const copying = { CopyToAnalysisDir: "scp", DarkFieldMode: "None", FlatFieldMode: "None", NumAngles: 5 };
    const beamline = beamlineOf(context, copying);
    await beamline.served();
    const programs = join(beamline.folder, "programs");
    mkdirSync(programs);
    const script = (name: string, text: string): void =>
      writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    // ssh -o BatchMode=yes HOST COMMAND and scp -q -B FILE HOST:FOLDER, where every host is this one.
    script("ssh", 'exec sh -c "$4"');
    script("scp", `exec cp "$3" "$(echo "$4" | cut -d: -f2)"`);
    const path = process.env["PATH"];
    process.env["PATH"] = `${programs}:${path}`;
    context.after(() => {
      process.env["PATH"] = path;
    });
    // The record holds 39 characters.
    beamline.set("RemoteAnalysisDir", `pc:${beamline.folder}/`);
    await beamline.startScan();
    await beamline.shows("ScanStatus", "scp file transfer complete");
    const copy = join(beamline.folder, ...beamline.folder.split("/").slice(-2), "scan_001.h5");
    assert.equal(readDataset(copy, "exchange/theta").values.length, 5);
  });

  it("says which dark and flat fields are missing", async (context) => {
    const beamline = beamlineOf(context, { NumAngles: 5, DarkFieldMode: "Start", FlatFieldMode: "None" });
    await beamline.served();
    beamline.detector.unstored = 2;
    const lines: string[] = [];
    context.mock.method(process.stderr, "write", (line: string) => lines.push(line) > 0);
    await beamline.startScan();
    assert.match(lines.join(""), /scan_001\.h5: 1 of 3 dark fields/);
  });

  it("says what went wrong at its end, and is over", async (context) => {
    const beamline = beamlineOf(context, { NumAngles: 5, DarkFieldMode: "None", FlatFieldMode: "None" });
    await beamline.served();
    beamline.set("CloseFastShutterPVName", "2bma:absent");
    await beamline.startScan();
    assert.equal(
      beamline.text("ScanStatus"),
      "Scan complete; at its end: fast shutter: 2bma:absent: not connected",
    );
    assert.equal(readDataset(join(beamline.folder, "scan_001.h5"), "exchange/theta").values.length, 5);
  });

  it("takes fields before, after, both or not at all, as their modes say", async (context) => {
    const beamline = beamlineOf(context, { NumAngles: 5 });
    await beamline.served();
    const dark = [DARK, 3];
    const flat = [FLAT, 4];
    const data = [DATA, 5];
    const expected: [string, string, unknown[]][] = [
      ["End", "End", [data, flat, dark]],
      ["Both", "None", [dark, data, dark]],
      ["None", "Start", [flat, data]],
      ["None", "None", [data]],
    ];
    for (const [darkMode, flatMode, order] of expected) {
      beamline.set("DarkFieldMode", darkMode);
      beamline.set("FlatFieldMode", flatMode);
      beamline.detector.frames.length = 0;
      await beamline.startScan();
      assert.equal(beamline.text("ScanStatus"), "Scan complete");
      assert.deepEqual(phases(beamline), order, `dark ${darkMode}, flat ${flatMode}`);
    }
  });

  it("exposes flat fields differently when it is told to, and leaves camera, stage and beam as between scans", async (context) => {
    const beamline = beamlineOf(context, {
      NumAngles: 5,
      FlatFieldMode: "End",
      DarkFieldMode: "None",
      DifferentFlatExposure: "Different",
      FlatExposureTime: 0.003,
      FlatFieldAxis: "Both",
      SampleOutY: 3,
    });
    await beamline.served();
    const exposures: number[] = [];
    beamline.pv("2bmSP1:cam1:AcquireTime").sample$.subscribe(({ value }) => exposures.push(Number(value)));
    const out = beamline.shows("2bmb:m25.RBV", 3);
    await beamline.startScan();
    await out;
    assert.deepEqual(exposures.slice(-2), [0.008, 0.003]);
    assert.deepEqual([beamline.number("2bmb:m63.RBV"), beamline.number("2bmb:m25.RBV")], [0, 0]);
    assert.equal(beamline.number("2bma:B_shutter:status"), 0);
    assert.equal(beamline.number("2bmSP1:cam1:TriggerMode"), 0);
    assert.equal(beamline.number("2bmb:m102.VELO"), beamline.number("2bmb:m102.VMAX"));
    assert.deepEqual(beamline.commands.slice(-2), ["PSOWINDOW X OFF", "PSOCONTROL X OFF"]);
  });

  it("returns to its start without turning whole turns back", async (context) => {
    const beamline = beamlineOf(context, {
      RotationStart: 20,
      RotationStep: 30,
      NumAngles: 30,
      DarkFieldMode: "None",
      FlatFieldMode: "None",
      ReturnRotation: "Yes",
    });
    await beamline.served();
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
    assert.ok(Math.abs(beamline.number("2bmb:m102.RBV")) < 360);
    await beamline.shows("2bmb:m102.DMOV", 1);
    assert.equal(beamline.number("2bmb:m102.RBV"), 20);
    assert.equal(beamline.number("2bmb:m102.SET"), 0);
  });

  it("leaves the controller alone when ProgramPSO is No, and takes fields only when there are no angles", async (context) => {
    const beamline = beamlineOf(context, { DarkFieldMode: "Start", FlatFieldMode: "None", NumAngles: 0 });
    await beamline.served();
    beamline.set("ProgramPSO", "No");
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
    assert.deepEqual(phases(beamline), [[DARK, 3]]);
    assert.deepEqual(beamline.commands, ["PSOWINDOW X OFF", "PSOCONTROL X OFF"]);
  });

  it("says how many frames are missing when triggers were lost", async (context) => {
    const beamline = beamlineOf(context, { DarkFieldMode: "None", FlatFieldMode: "None" });
    await beamline.served();
    beamline.detector.missing = 2;
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan failed: the camera took only 28 of 30 frames");
    const theta = readDataset(join(beamline.folder, "scan_001.h5"), "exchange/theta").values;
    assert.equal(theta.length, 28);
  });

  it("does not touch the file of the scan before when it is aborted early", async (context) => {
    const beamline = beamlineOf(context, { NumAngles: 5, FlatFieldMode: "None", DarkFieldMode: "None" });
    await beamline.served();
    await beamline.startScan();
    const path = join(beamline.folder, "scan_001.h5");
    const before = readDataset(path, "exchange/theta").values;
    beamline.set("RotationStart", 90);
    beamline.set("Testing", 0);
    beamline.set("PSOCommand.PORT", "NOWHERE");
    await beamline.startScan();
    assert.match(beamline.text("ScanStatus"), /^Scan failed: motion controller/);
    assert.deepEqual(readDataset(path, "exchange/theta").values, before);
  });

  it("runs without the optics and plugins that a boot script forgot to name", async (context) => {
    const names = ["MctOpticsPVPrefix", "PvaPluginPVPrefix", "RoiPluginPVPrefix", "CbPluginPVPrefix"];
    const forgotten = Object.fromEntries(names.map((name) => [name, "$(MACRO,undefined)"]));
    const beamline = beamlineOf(context, { NumAngles: 5, FlatFieldMode: "None", ...forgotten });
    await beamline.served();
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
  });

  it("can be aborted while it flies, with what there is in the file", async (context) => {
    const beamline = beamlineOf(context, { NumAngles: 2000, DarkFieldMode: "None", FlatFieldMode: "None" });
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
    assert.equal(beamline.number("2bmb:m102.DMOV"), 1);
    const path = join(beamline.folder, "scan_001.h5");
    const theta = readDataset(path, "exchange/theta").values;
    assert.equal(theta.length, readDataset(path, "exchange/data").shape[0]);
  });
});

describe("a helical scan", () => {
  const helix = { ScanType: "Helical", PixelsYPer360Deg: 36, DarkFieldMode: "None", FlatFieldMode: "None" };

  it("lifts the sample with the rotation, and brings it back", async (context) => {
    const beamline = beamlineOf(context, { ...helix, SampleInY: 0 });
    await beamline.served();
    const heights: number[] = [];
    beamline.pv("2bmb:m25.VAL").sample$.subscribe(({ value }) => heights.push(Number(value)));
    await beamline.startScan();
    assert.equal(beamline.text("ScanStatus"), "Scan complete");
    assert.ok(Math.max(...heights) > 2.9, `${heights}`);
    assert.equal(beamline.number("2bmb:m25.RBV"), 0);
    assert.equal(beamline.number("2bmb:m25.VELO"), beamline.number("2bmb:m25.VMAX"));
  });

  it("refuses to leave the limits of the sample's motor", async (context) => {
    const beamline = beamlineOf(context, helix);
    await beamline.served();
    beamline.engine.put("2bmb:m25.HLM", 1);
    beamline.engine.put("2bmb:m25.LLM", -1);
    await beamline.startScan();
    assert.match(
      beamline.text("ScanStatus"),
      /^Scan failed: the helical motion to .* would leave the limits -1 to 1/,
    );
  });

  it("moves by the pixels of a turn, and a little longer than the rotation", () => {
    const request = { pixelsPerTurn: -100, pixelSize: 2, position: 5 };
    const { speed, end } = helicalMotion(request, { rotationStep: 1, numAngles: 361, motorSpeed: 36 });
    assert.ok(Math.abs(speed - 0.02) < 1e-12);
    assert.ok(Math.abs(end - (5 - 0.2 - 0.1)) < 1e-12);
  });
});
