import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filter, firstValueFrom } from "rxjs";
import { ScanRig } from "./scanRig.js";
import { COUNTS_PER_ROTATION, PREFIX, TestBeamline } from "./testBeamline.js";

describe("a scan", () => {
  it("runs from StartScan to AbortScan, and a waiting put-callback completes at its end", async (context) => {
    const beamline = new TestBeamline(context);
    const statuses = beamline.texts("ScanStatus", 5);
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.deepEqual((await statuses).slice(1), [
      "Beginning scan",
      "Moving rotation axis to start",
      "Collecting projections",
      "Scan aborted",
    ]);
    assert.equal(beamline.number("AbortScan"), 0);
  });

  it("programs the controller for one pulse each step, and turns it off again", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.deepEqual(beamline.commands, [
      "PSOCONTROL X RESET",
      "PSOOUTPUT X CONTROL 1",
      "PSOPULSE X TIME 10.000000,10.000000",
      "PSOOUTPUT X PULSE WINDOW MASK",
      "PSOTRACK X INPUT 3",
      "PSODISTANCE X FIXED 1000",
      "PSOWINDOW X 1 INPUT 3",
      "PSOWINDOW X 1 RANGE -505,179505",
      "PSOCONTROL X ARM",
      "PSOWINDOW X OFF",
      "PSOCONTROL X OFF",
    ]);
  });

  it("fails at once, and says why, when the motion controller cannot be reached", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    beamline.set("PSOCommand.PORT", "NOWHERE");
    beamline.set("StartScan", 1);
    await beamline.shows("ScanStatus", /^Scan failed: motion controller: PSOCONTROL X RESET: .*NOWHERE/);
    await beamline.shows("StartScan", /^0$/);
  });

  it("shows its positions, with a step of whole encoder counts", async (context) => {
    const beamline = new TestBeamline(context, { RotationStep: 0.9996 });
    const { ended } = await beamline.stream();
    const counts = beamline.number("PSOEncoderCountsPerStep");
    assert.equal(counts, 1000);
    assert.equal(beamline.number("RotationStep"), (counts * 360) / COUNTS_PER_ROTATION);
    assert.ok(beamline.number("PSOStartTaxi") < 0);
    assert.ok(beamline.number("PSOEndTaxi") > 179);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("sweeps there and back for as long as it runs", async (context) => {
    const beamline = new TestBeamline(context, { NumAngles: 40 });
    const { ended } = await beamline.stream();
    await beamline.shows("ImagesCollected", /^(?:9\d|\d{3,})\//);
    beamline.set("AbortScan", 1);
    await ended;
    assert.ok(beamline.detector.frames.length > 80);
  });

  it("turns on in one direction when it is continuous, backwards for a negative step", async (context) => {
    const beamline = new TestBeamline(context, { StreamScanType: "continuous", RotationStep: -1 });
    const { ended } = await beamline.stream();
    await beamline.shows("ImagesCollected", "180/65535000");
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.detector.frames.length, 180);
    assert.ok(beamline.number("2bmb:m102.RBV") < -179);
    assert.equal(beamline.number("2bmb:m102.JOGR"), 0);
  });

  it("homes a stage that has turned more than twice, and brings it back to its start", async (context) => {
    const beamline = new TestBeamline(context, { ReturnRotation: "Yes", RotationStart: 10 });
    await beamline.served();
    await beamline.pv("2bmb:m102.VAL").writeNotify(800, { timeoutSeconds: 30 });
    const homed = firstValueFrom(beamline.observed.writes$.pipe(filter((name) => name === "2bmb:m102.HOMF")));
    const { ended } = await beamline.stream();
    await homed;
    beamline.set("AbortScan", 1);
    await ended;
    await beamline.shows("2bmb:m102.DMOV", 1);
    await beamline.shows("2bmb:m102.RBV", 10);
  });

  it("broadcasts its angles in one update", async (context) => {
    const beamline = new TestBeamline(context, { StreamScanType: "continuous", RotationStart: 10 });
    await beamline.served();
    const theta = beamline.structures.get(`${PREFIX}StreamTheta`);
    let posts = 0;
    theta?.subscribe(() => posts++);
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(posts, 1);
    const angles = theta?.value["value"];
    assert.ok(angles instanceof Float32Array);
    assert.equal(angles.length, 180);
    assert.deepEqual([angles[0], angles[1], angles[179], theta?.value["sizex"]], [10, 11, 189, 180]);
  });

  it("ends with a reason when the camera is not known", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    beamline.engine.put("2bmSP1:cam1:Model_RBV", "Pinhole");
    await beamline.startScan();
    assert.match(beamline.text("ScanStatus"), /^Scan failed: the camera "Pinhole" is not supported/);
  });

  it("can be aborted while it waits for the front-end shutter, and started again", async (context) => {
    const beamline = new TestBeamline(context, { Testing: 0 });
    await beamline.served();
    beamline.engine.put("2bma:A_shutter:opened.CALC", "0");
    const first = beamline.startScan();
    await beamline.shows("2bma:A_shutter:open", 1);
    beamline.set("AbortScan", 1);
    await first;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");

    beamline.engine.put("2bma:A_shutter:opened.CALC", "1");
    beamline.engine.put("2bma:A_shutter:open", 0);
    const { ended } = await beamline.stream();
    assert.equal(beamline.number("2bma:A_shutter:status"), 1);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("leaves the front-end shutter alone in testing mode", async (context) => {
    const beamline = new TestBeamline(context, { Testing: 1 });
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.number("2bma:A_shutter:open"), 0);
  });

  it("says what it waits for while the front-end shutter stays closed, and gives up in the end", async (context) => {
    const beamline = new TestBeamline(context, { Testing: 0 }, { frontEnd: 0.3 });
    await beamline.served();
    beamline.engine.put("2bma:A_shutter:opened.CALC", "0");
    const ended = beamline.startScan();
    await beamline.shows(
      "ScanStatus",
      "Waiting for 2bma:A_shutter:status: the front-end shutter is not open",
    );
    await ended;
    assert.equal(
      beamline.text("ScanStatus"),
      "Scan failed: 2bma:A_shutter:status: the front-end shutter did not open within 0.3 s",
    );
  });

  it("opens a front-end shutter whose value is a word", async (context) => {
    const beamline = new TestBeamline(context, { Testing: 0, OpenShutterValue: "Open" });
    beamline.engine.put("2bma:A_shutter:open.ONAM", "Open");
    const { ended } = await beamline.stream();
    assert.equal(beamline.number("2bma:A_shutter:status"), 1);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("keeps the beam off with the front-end shutter where there is no other", async (context) => {
    const settings = { Testing: 0, OpenFastShutterPVName: "", CloseFastShutterPVName: "" };
    const beamline = new TestBeamline(context, settings);
    const { ended } = await beamline.stream();
    assert.equal(beamline.number("2bma:A_shutter:status"), 1);
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.number("2bma:A_shutter:status"), 0);
  });

  it("puts data where the experiment is, once its metadata are filled in", async (context) => {
    const beamline = new TestBeamline(context);
    beamline.set("DetectorTopDir", `${beamline.folder}/`);
    beamline.set("ExperimentYearMonth", "2026-11");
    beamline.set("UserLastName", "Doe");
    const { ended } = await beamline.stream();
    assert.equal(beamline.text("2bmSP1:HDF1:FilePath"), `${beamline.folder}/2026-11/Doe/`);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("can be aborted at any moment and started again", async (context) => {
    const beamline = new TestBeamline(context, { StreamPreCount: 5 });
    await beamline.served();
    for (const milliseconds of [0, 3, 10, 30, 80, 150, 250]) {
      const ended = beamline.startScan();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      beamline.set("AbortScan", 1);
      await ended;
      assert.equal(beamline.text("ScanStatus"), "Scan aborted", `after ${milliseconds} ms`);
      assert.equal(beamline.number("2bmSP1:cam1:Acquire"), 0);
      assert.equal(beamline.number("2bmb:m102.DMOV"), 1);
    }
  });

  it("is aborted by a button that was pressed before the server listened, and so is the next one", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.shows("2bmSP1:HDF1:FilePath", `${beamline.folder}/`);
    beamline.set("StartScan", 1);
    beamline.set("AbortScan", 1);
    await beamline.shows("ScanStatus", "Scan aborted");
    await beamline.shows("StartScan", /^0$/);
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.number("AbortScan"), 0);
  });

  it("can be aborted in the middle of a retake or a capture", async (context) => {
    const beamline = new TestBeamline(context, {
      StreamNumCapture: 100_000,
      StreamPreCount: 5,
      NumFlatFields: 1000,
    });
    for (const button of ["StreamCapture", "StreamRetakeFlat", "StreamRetakeDark"]) {
      beamline.set("ImagesCollected", "");
      const { ended } = await beamline.stream();
      const pressed = beamline.press(button);
      await beamline.shows("StreamMessage", /^Capturing/);
      beamline.set("AbortScan", 1);
      await ended;
      await pressed;
      assert.deepEqual(
        [beamline.text("StreamMessage"), beamline.text("2bmSP1:HDF1:FileTemplate")],
        ["Done", "%s%s_%3.3d.h5"],
      );
    }
  });

  it("drives a beamline in another IOC as it drives one in its own", async (context) => {
    const { beamline } = await TestBeamline.remote(context, {
      StreamPreCount: 6,
      FlatFieldAxis: "X",
      SampleOutX: 1,
    });
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeDark");
    await beamline.press("StreamRetakeFlat");
    await beamline.shows("StreamPreCounted", 6);
    await beamline.press("StreamCapture");
    assert.equal(beamline.number("StreamNumTotalCaptured"), 26);
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
    assert.equal(beamline.text("2bmSP1:cam1:TriggerSource"), "1");
  });

  it("is aborted by a write error", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    beamline.engine.put("2bmSP1:HDF1:WriteStatus", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
  });
});

describe("between scans the server", () => {
  it("keeps ServerRunning alive and connects the plugins to the camera", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.shows("ServerRunning", 1);
    assert.equal(beamline.text("2bmSP1:HDF1:NDArrayPort"), "SP1");
    assert.equal(beamline.text("2bmSP1:Pva1:NDArrayPort"), "ROI1");
    assert.equal(beamline.text("2bmSP1:HDF1:XMLFileName"), "TomoScanLayout.xml");
    assert.equal(beamline.text("2bmSP1:cam1:NDAttributesMacros"), "DET=2bmSP1:,TS=2bmb:TomoScanStream:");
  });

  it("has set what a restarted camera IOC has forgotten when the next scan runs", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.shows("ServerRunning", 1);
    beamline.set("2bmSP1:HDF1:FileWriteMode", 0);
    const { ended } = await beamline.stream();
    assert.equal(beamline.number("2bmSP1:HDF1:FileWriteMode"), 2);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("forwards exposure time and file path", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.shows("ServerRunning", 1);
    beamline.set("ExposureTime", 0.25);
    await beamline.shows("2bmSP1:cam1:AcquireTime", 0.25);
    beamline.set("FilePath", "/tmp/");
    await beamline.shows("2bmSP1:HDF1:FilePath", "/tmp/");
    await beamline.shows("FilePathExists", 1);
  });

  it("moves the sample out and in along the chosen axes", async (context) => {
    const beamline = new TestBeamline(context, { SampleOutX: 3, SampleOutY: 4, FlatFieldAxis: "Both" });
    await beamline.served();
    await beamline.press("MoveSampleOut");
    assert.deepEqual([beamline.number("2bmb:m63.RBV"), beamline.number("2bmb:m25.RBV")], [3, 4]);
    await beamline.press("MoveSampleIn");
    assert.deepEqual([beamline.number("2bmb:m63.RBV"), beamline.number("2bmb:m25.RBV")], [0, 0]);
  });

  it("says when the sample cannot be moved, and lets the button spring back", async (context) => {
    const beamline = new TestBeamline(context, { SampleOutX: 3, FlatFieldAxis: "X" });
    await beamline.served();
    beamline.engine.put("2bmb:m63.DISP", 1);
    await beamline.press("MoveSampleOut");
    assert.match(beamline.text("ScanStatus"), /^MoveSampleOut: 2bmb:m63/);
  });

  it("serves records that lack those of 2-BM, and says what a scan misses", async (context) => {
    const beamline = new ScanRig(context);
    beamline.loadServer({}, ["tomoScan", "tomoScan_PSO", "tomoScanStream"]);
    beamline.engine.iocInit();
    beamline.serve({}, {});
    await beamline.served();
    await beamline.startScan();
    assert.match(
      beamline.text("ScanStatus"),
      /^Scan failed: 2bmb:TomoScanStream:DetectorTopDir: not connected/,
    );
  });

  it("stops the stage at a press of AbortScan, which springs back", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    beamline.pv("2bmb:m102.VAL").write(100_000);
    await beamline.shows("2bmb:m102.MOVN", 1);
    beamline.set("AbortScan", 1);
    await beamline.shows("2bmb:m102.DMOV", 1);
    await beamline.shows("AbortScan", 0);
    assert.ok(beamline.number("2bmb:m102.RBV") < 100_000);
  });

  it("asks an A3200 for the counts of one revolution", async (context) => {
    const beamline = new TestBeamline(context, { PSOControllerModel: 1, PSOCountsPerRotation: 1 });
    await beamline.served();
    assert.deepEqual(beamline.commands, ["UNITSTOCOUNTS(X, 360.0)"]);
    assert.equal(beamline.number("PSOCountsPerRotation"), COUNTS_PER_ROTATION);
  });

  it("broadcasts under the prefix that PvaStreamPVPrefix names", async (context) => {
    const beamline = new TestBeamline(context, { PvaStreamPVPrefix: "2bmb:Other:" });
    await beamline.served();
    for (const name of ["StreamTheta", "StreamDarkFields", "StreamFlatFields"])
      assert.ok(beamline.structures.get(`2bmb:Other:${name}`), name);
  });

  it("shows what the circular buffer says", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    beamline.engine.put("2bmSP1:CB1:StatusMessage", "Dropping frames");
    await beamline.shows("StreamCBStatusMessage", "Dropping frames");
  });

  it("lets streaming buttons spring back", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    for (const button of ["StreamCapture", "StreamRetakeDark", "StreamRetakeFlat"])
      await beamline.press(button);
    assert.equal(beamline.text("StreamMessage"), "Done");
  });

  it("resets buttons that autosave restored", async (context) => {
    const beamline = new TestBeamline(context, { StreamCapture: 1, StreamMessage: "Capturing projections" });
    await beamline.served();
    await beamline.shows("StreamCapture", 0);
    assert.equal(beamline.text("StreamMessage"), "Done");
  });
});
