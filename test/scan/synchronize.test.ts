import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { firstValueFrom } from "rxjs";
import { readDataset as read } from "./h5.js";
import { STREAM_DATABASES } from "./scanRig.js";
import { TestBeamline } from "./testBeamline.js";

const FILES = { databases: [...STREAM_DATABASES, "tomoScanStreamFiles"] };

const idsOf = (beamline: TestBeamline, name: string): readonly number[] =>
  read(join(beamline.folder, name), "defaults/NDArrayUniqueId").values;

describe("a synchronization", () => {
  it("follows a new step without stopping, and the angles stay those of the frames", async (context) => {
    const beamline = new TestBeamline(context, { StreamScanType: "continuous", NumAngles: 5000 });
    const { ended } = await beamline.stream();
    beamline.set("RotationStep", 0.5);
    beamline.set("ExposureTime", 0.004);
    beamline.set("StreamSync", 1);
    await beamline.shows("FirstProjid", /^[1-9]/);
    await beamline.shows("StreamSync", 0);
    await beamline.press("StreamCapture");
    const path = join(beamline.folder, "scan_001.h5");
    const theta = read(path, "exchange/theta").values;
    const ids = read(path, "defaults/NDArrayUniqueId").values;
    const [first = 0, second = 0] = theta;
    assert.ok(Math.abs(second - first - 0.5) < 1e-9);
    for (const [index, id] of ids.entries())
      assert.ok(Math.abs((theta[index] ?? 0) - beamline.angleOf(id)) < 0.01, `frame ${id}`);
    assert.equal(beamline.number("2bmSP1:cam1:AcquireTime"), 0.004);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("leaves each frame its angle when frames before it were lost, also those that the ring kept from before", async (context) => {
    const settings = { StreamScanType: "continuous", NumAngles: 5000, StreamPreCount: 4000 };
    const files = { StreamCaptureFiles: "One" };
    const beamline = new TestBeamline(context, { ...settings, ...files }, {}, FILES);
    const { ended } = await beamline.stream();
    beamline.detector.lost = 3;
    await firstValueFrom(beamline.detector.taken$);
    beamline.set("RotationStep", 0.5);
    beamline.set("StreamSync", 1);
    await beamline.shows("FirstProjid", /^[1-9]/);
    await beamline.shows("StreamSync", 0);
    const lastId = beamline.number("FirstProjid");
    await beamline.press("StreamCapture");
    beamline.set("AbortScan", 1);
    await ended;
    const ids = idsOf(beamline, "scan_001.h5");
    assert.ok(ids[0] !== undefined && ids[0] < lastId && ids.includes(lastId + 1), `${lastId} of ${ids}`);
    const theta = read(join(beamline.folder, "scan_001.h5"), "exchange/theta").values;
    for (const [index, id] of ids.entries())
      assert.ok(Math.abs((theta[index] ?? 0) - beamline.angleOf(id)) < 0.01, `frame ${id}`);
  });

  it("waits for the frames that a busy computer delivers late", async (context) => {
    const settings = { StreamScanType: "continuous", NumAngles: 5000 };
    const beamline = new TestBeamline(context, settings, { lastPulse: 0.1 });
    beamline.detector.lateMilliseconds = 300;
    const { ended } = await beamline.stream();
    beamline.set("RotationStep", 0.5);
    beamline.set("StreamSync", 1);
    await beamline.shows("FirstProjid", /^[1-9]/);
    await beamline.shows("StreamSync", 0);
    await beamline.press("StreamCapture");
    const theta = read(join(beamline.folder, "scan_001.h5"), "exchange/theta").values;
    for (const [index, id] of idsOf(beamline, "scan_001.h5").entries())
      assert.ok(Math.abs((theta[index] ?? 0) - beamline.angleOf(id)) < 0.01, `frame ${id}`);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("says when no frame comes after it, and the stream goes on", async (context) => {
    const settings = { StreamScanType: "continuous", NumAngles: 5000 };
    const beamline = new TestBeamline(context, settings, { frames: 0.2 });
    const { ended } = await beamline.stream();
    beamline.detector.missing = 1_000_000;
    beamline.set("ExposureTime", 0.004);
    beamline.set("StreamSync", 1);
    await beamline.shows(
      "ScanStatus",
      /^StreamSync: .*NumImagesCounter_RBV: no frame after the synchronization/,
    );
    await beamline.shows("StreamSync", 0);
    assert.equal(beamline.text("StreamMessage"), "Done");
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("keeps its exposure until it is synchronized, also when fields are retaken", async (context) => {
    const beamline = new TestBeamline(context, { StreamScanType: "continuous", NumAngles: 5000 });
    const { ended } = await beamline.stream();
    const exposures: number[] = [];
    const watching = beamline
      .pv("2bmSP1:cam1:AcquireTime")
      .sample$.subscribe(({ value }) => exposures.push(Number(value)));
    beamline.set("ExposureTime", 0.004);
    await beamline.press("StreamRetakeFlat");
    watching.unsubscribe();
    assert.deepEqual(new Set(exposures), new Set([0.002]));
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("does nothing when nothing changed", async (context) => {
    const beamline = new TestBeamline(context, { StreamScanType: "continuous", NumAngles: 5000 });
    const { ended } = await beamline.stream();
    const commands = beamline.commands.length;
    beamline.set("StreamSync", 1);
    await beamline.shows("StreamSync", 0);
    assert.equal(beamline.commands.length, commands);
    beamline.set("AbortScan", 1);
    await ended;
  });
});
