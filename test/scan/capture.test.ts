import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { firstValueFrom } from "rxjs";
import { readStoredFrames } from "../../src/drivers/hdf5/dataExchange.js";
import { thetaAt, thetaIndex } from "../../src/scan/theta.js";
import { readDataset as read } from "./h5.js";
import { STREAM_DATABASES } from "./scanRig.js";
import { HEIGHT, WIDTH } from "./scriptedDetector.js";
import { PREFIX, TestBeamline } from "./testBeamline.js";

const FILE_SETTINGS = ["FileName", "FileTemplate", "AutoIncrement", "NDArrayPort"].map(
  (name) => `2bmSP1:HDF1:${name}`,
);

const settingsOf = (beamline: TestBeamline): string[] => FILE_SETTINGS.map((name) => beamline.text(name));

/** For a test that waits until a capture without frames is given up. */
const IMPATIENT = { capture: 1 };

const SETTINGS = ["scan", "%s%s_%3.3d.h5", "1", "SP1"];

const FILES = { databases: [...STREAM_DATABASES, "tomoScanStreamFiles"] };

const idsOf = (beamline: TestBeamline, name: string): readonly number[] =>
  read(join(beamline.folder, name), "defaults/NDArrayUniqueId").values;

describe("a capture", () => {
  it("stores the frames asked for with the angle of each", async (context) => {
    const beamline = new TestBeamline(context, { NumAngles: 30, StreamNumCapture: 70 });
    const { ended } = await beamline.stream();
    const messages = beamline.texts("StreamMessage", 3);
    await beamline.press("StreamCapture");
    assert.deepEqual(await messages, ["Done", "Capturing projections", "Done"]);
    assert.equal(beamline.text("StreamFileName"), "scan_001.h5");
    assert.equal(beamline.number("StreamNumTotalCaptured"), 70);
    assert.equal(beamline.number("StreamNumCaptured"), 70);
    beamline.set("AbortScan", 1);
    await ended;

    const path = join(beamline.folder, "scan_001.h5");
    const ids = read(path, "defaults/NDArrayUniqueId").values;
    const rule = { scanType: "backforth", start: 0, step: 1, numAngles: 30 } as const;
    const theta = read(path, "exchange/theta").values;
    assert.deepEqual(
      theta,
      ids.map((id) => thetaAt(rule, thetaIndex(id, 0))),
    );
    assert.ok(ids.every((id, index) => Math.abs((theta[index] ?? 0) - beamline.angleOf(id)) < 1e-3));
    assert.equal(beamline.text("FullFileName"), path);
    assert.ok(existsSync(join(beamline.folder, "scan_001.config")));
  });

  it("stores what the ring kept from before in a file of its own, and restores the file settings", async (context) => {
    const beamline = new TestBeamline(context, { StreamPreCount: 8 });
    const { ended } = await beamline.stream();
    await beamline.shows("StreamPreCounted", 8);
    await beamline.press("StreamCapture");
    assert.deepEqual(settingsOf(beamline), SETTINGS);
    assert.equal(beamline.number("StreamNumTotalCaptured"), 28);
    const first = read(join(beamline.folder, "scan_001.h5"), "defaults/NDArrayUniqueId").values[0];
    const ring = read(
      join(beamline.folder, "circular_buffer_scan_001.h5"),
      "defaults/NDArrayUniqueId",
    ).values;
    assert.equal(ring.length, 8);
    assert.ok(ring.every((id) => first !== undefined && id < first));
    assert.equal(
      read(join(beamline.folder, "circular_buffer_scan_001.h5"), "exchange/theta").values.length,
      8,
    );
    beamline.set("AbortScan", 1);
    await ended;
  });

  for (const files of ["One", "Both"])
    it(`is one file without a gap, from before it began on, when StreamCaptureFiles is ${files}`, async (context) => {
      const settings = { NumAngles: 30, StreamPreCount: 8, StreamCaptureFiles: files };
      const beamline = new TestBeamline(context, settings, {}, FILES);
      const { ended } = await beamline.stream();
      await beamline.press("StreamRetakeDark");
      await beamline.shows("StreamPreCounted", 8);
      for (const name of ["scan_001.h5", "scan_002.h5"]) {
        await beamline.press("StreamCapture");
        assert.deepEqual(
          [beamline.text("StreamFileName"), beamline.number("StreamNumTotalCaptured")],
          [name, 28],
        );
        assert.deepEqual(settingsOf(beamline), SETTINGS);
        const ids = idsOf(beamline, name);
        const live = ids.slice(8);
        assert.ok(
          live.every((id, index) => index === 0 || id === (live[index - 1] ?? 0) + 1),
          `${ids}`,
        );
        const theta = read(join(beamline.folder, name), "exchange/theta").values;
        assert.ok(ids.every((id, index) => Math.abs((theta[index] ?? 0) - beamline.angleOf(id)) < 1e-3));
        assert.equal(read(join(beamline.folder, name), "exchange/data_dark").shape[0], 3);
        await beamline.shows("StreamPreCounted", 8);
      }
      beamline.set("AbortScan", 1);
      await ended;
      const besides = readdirSync(beamline.folder).filter((name) => /_scan_001.h5$/.test(name));
      assert.deepEqual(
        besides.sort(),
        files === "One"
          ? []
          : [
              "circular_buffer_scan_001.h5",
              "dark_fields_circular_buffer_scan_001.h5",
              "dark_fields_scan_001.h5",
            ],
      );
    });

  it("copies the frames from before to a file of their own by default, complete with angles and fields", async (context) => {
    const beamline = new TestBeamline(context, { NumAngles: 30, StreamPreCount: 8 }, {}, FILES);
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeDark");
    await beamline.shows("StreamPreCounted", 8);
    await beamline.press("StreamCapture");
    beamline.set("AbortScan", 1);
    await ended;
    assert.deepEqual(
      idsOf(beamline, "circular_buffer_scan_001.h5"),
      idsOf(beamline, "scan_001.h5").slice(0, 8),
    );
    const shapeOf = (name: string): readonly number[] =>
      read(join(beamline.folder, "circular_buffer_scan_001.h5"), `exchange/${name}`).shape;
    assert.deepEqual(["data", "theta", "data_dark"].map(shapeOf), [
      [8, HEIGHT, WIDTH],
      [8],
      [3, HEIGHT, WIDTH],
    ]);
  });

  it("holds no dark or flat fields that were still in the file plugin's queue", async (context) => {
    const beamline = new TestBeamline(context, { StreamNumCapture: 30 });
    const { ended } = await beamline.stream();
    beamline.detector.queued = 60;
    await beamline.press("StreamRetakeFlat");
    await beamline.press("StreamCapture");
    const { locations } = readStoredFrames(join(beamline.folder, "scan_001.h5"));
    assert.deepEqual([locations.length, ...new Set(locations)], [30, "/exchange/data"]);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("says when its file cannot be copied to the analysis computer", async (context) => {
    const beamline = new TestBeamline(context, { CopyToAnalysisDir: "scp", RemoteAnalysisDir: "nowhere" });
    const { ended } = await beamline.stream();
    await beamline.press("StreamCapture");
    await beamline.shows(
      "ScanStatus",
      /^scan_001.h5: not copied to the analysis computer: RemoteAnalysisDir/,
    );
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("goes on while another button is pressed, which springs back", async (context) => {
    const beamline = new TestBeamline(context, { StreamNumCapture: 100_000 });
    const { ended } = await beamline.stream();
    const capture = beamline.press("StreamCapture");
    await beamline.shows("StreamNumCaptured", /^[1-9]/);
    await beamline.press("StreamRetakeDark");
    assert.equal(beamline.text("StreamMessage"), "Capturing projections");
    assert.equal(existsSync(join(beamline.folder, "dark_fields.h5")), false);
    beamline.set("AbortScan", 1);
    await ended;
    await capture;
  });

  it("leaves the configuration of an earlier scan alone when there was none", async (context) => {
    const beamline = new TestBeamline(context);
    const first = await beamline.stream();
    await beamline.press("StreamCapture");
    beamline.set("AbortScan", 1);
    await first.ended;
    const configuration = (): string => readFileSync(join(beamline.folder, "scan_001.config"), "utf8");
    const before = configuration();
    beamline.set("NumDarkFields", 77);
    const second = await beamline.stream();
    beamline.set("AbortScan", 1);
    await second.ended;
    assert.equal(configuration(), before);
  });

  it("ends early, with what there is, when StreamCapture is set back", async (context) => {
    const beamline = new TestBeamline(context, { StreamNumCapture: 0 });
    const { ended } = await beamline.stream();
    const capture = beamline.press("StreamCapture");
    await beamline.shows("StreamNumCaptured", /^[1-9]/);
    beamline.set("StreamCapture", 0);
    await capture;
    await beamline.shows("StreamMessage", "Done");
    const count = beamline.number("StreamNumTotalCaptured");
    assert.ok(count > 0);
    assert.equal(read(join(beamline.folder, "scan_001.h5"), "exchange/theta").values.length, count);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("says so when the ring cannot be begun anew, and the next one works", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    beamline.engine.put("2bmSP1:CB1:Capture_RBV", 0);
    beamline.engine.put("2bmSP1:CB1:Capture.DISP", 1);
    await beamline.press("StreamCapture");
    assert.match(beamline.text("ScanStatus"), /^StreamCapture: 2bmSP1:CB1:Capture/);
    assert.equal(beamline.text("StreamMessage"), "Done");
    beamline.engine.put("2bmSP1:CB1:Capture.DISP", 0);
    await beamline.press("StreamCapture");
    assert.equal(beamline.number("StreamNumTotalCaptured"), 20);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("says so when its file is not closed, and the scan can end", async (context) => {
    const beamline = new TestBeamline(context, { StreamNumCapture: 0 }, { drain: 0.2 });
    const { ended } = await beamline.stream();
    const capture = beamline.press("StreamCapture");
    await beamline.shows("StreamNumCaptured", /^[1-9]/);
    beamline.detector.closing = false;
    beamline.set("StreamCapture", 0);
    await beamline.shows(
      "ScanStatus",
      "StreamCapture: 2bmSP1:HDF1:Capture_RBV: the capture did not end within 0.2 s",
    );
    await capture;
    await beamline.shows("StreamMessage", "Done");
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
  });

  it("gives up when no frames come, and the next one works", async (context) => {
    const beamline = new TestBeamline(context, {}, IMPATIENT);
    const { ended } = await beamline.stream();
    beamline.detector.delivering = false;
    await beamline.press("StreamCapture");
    assert.equal(beamline.text("StreamMessage"), "Done");
    assert.match(beamline.text("ScanStatus"), /StreamCapture: no frames arrived/);
    beamline.detector.delivering = true;
    await beamline.press("StreamCapture");
    assert.equal(beamline.number("StreamNumTotalCaptured"), 20);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("completes its file also when the ring gives nothing, and the ring fills again", async (context) => {
    const beamline = new TestBeamline(context, { StreamPreCount: 4 }, IMPATIENT);
    const { ended } = await beamline.stream();
    await beamline.shows("StreamPreCounted", 4);
    beamline.detector.flushing = false;
    await beamline.press("StreamCapture");
    assert.match(beamline.text("ScanStatus"), /^StreamCapture: no frames arrived/);
    assert.equal(read(join(beamline.folder, "scan_001.h5"), "exchange/theta").values.length, 20);
    assert.deepEqual(settingsOf(beamline), SETTINGS);
    beamline.detector.flushing = true;
    await beamline.shows("StreamPreCounted", 4);
    await beamline.press("StreamCapture");
    assert.equal(beamline.number("StreamNumTotalCaptured"), 24);
    beamline.set("AbortScan", 1);
    await ended;
  });

  const abortWith = async (context: TestContext, databases: readonly string[]): Promise<void> => {
    const settings = { StreamNumCapture: 100_000, StreamPreCount: 5 };
    const beamline = new TestBeamline(context, settings, {}, { databases });
    const { ended } = await beamline.stream();
    await beamline.shows("StreamPreCounted", 5);
    const capture = beamline.press("StreamCapture");
    await beamline.shows("StreamNumCaptured", /^[1-9]/);
    beamline.set("AbortScan", 1);
    await ended;
    await capture;
    assert.deepEqual(settingsOf(beamline), SETTINGS);
    assert.equal(beamline.text("StreamMessage"), "Done");
    assert.ok(read(join(beamline.folder, "scan_001.h5"), "exchange/theta").values.length > 0);
  };

  it("is closed, completed and tidied up when the scan is aborted", (context) =>
    abortWith(context, STREAM_DATABASES));

  it("is so as well when all is in one file", (context) => abortWith(context, FILES.databases));

  it("overwrites a file that exists when OverwriteWarning is No", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.served();
    beamline.set("OverwriteWarning", 0);
    for (const frames of [20, 30]) {
      beamline.set("StreamNumCapture", frames);
      beamline.engine.put("2bmSP1:HDF1:FileNumber", 1);
      const ended = beamline.startScan();
      await firstValueFrom(beamline.detector.taken$);
      await beamline.press("StreamCapture");
      beamline.set("AbortScan", 1);
      await ended;
      assert.equal(idsOf(beamline, "scan_001.h5").length, frames);
    }
  });

  it("never overwrites a file that exists", async (context) => {
    const beamline = new TestBeamline(context);
    const first = await beamline.stream();
    await beamline.press("StreamCapture");
    beamline.set("AbortScan", 1);
    await first.ended;
    beamline.engine.put("2bmSP1:HDF1:FileNumber", 1);
    beamline.set("ImagesCollected", "");
    const second = await beamline.stream();
    await beamline.press("StreamCapture");
    assert.equal(beamline.text("StreamFileName"), "scan_002.h5");
    beamline.set("AbortScan", 1);
    await second.ended;
  });
});

describe("changing the stream", () => {
  it("bins live images, and dark and flat fields with them", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeDark");
    beamline.set("StreamBinning", 1);
    await beamline.shows("2bmSP1:ROI1:Scale", 4);
    assert.equal(beamline.number("2bmSP1:ROI1:BinX"), 2);
    const dark = beamline.structures.get(`${PREFIX}StreamDarkFields`);
    while (dark?.value["sizex"] !== 2) await new Promise((resolve) => dark?.subscribe(resolve));
    assert.deepEqual([dark.value["sizex"], dark.value["sizey"]], [2, 2]);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("cuts dark and flat fields as the live images are cut", async (context) => {
    const beamline = new TestBeamline(context);
    const roi = { EnableX_RBV: 1, MinX_RBV: 1, SizeX_RBV: 3, EnableY_RBV: 0, MinY_RBV: 2, SizeY_RBV: 1 };
    for (const [name, value] of Object.entries(roi)) beamline.engine.put(`2bmSP1:ROI1:${name}`, value);
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeFlat");
    const flat = beamline.structures.get(`${PREFIX}StreamFlatFields`);
    assert.deepEqual([flat?.value["sizex"], flat?.value["sizey"]], [3, HEIGHT]);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("resizes the ring at once, but not during a capture", async (context) => {
    const beamline = new TestBeamline(context, { StreamNumCapture: 100_000 });
    const { ended } = await beamline.stream();
    beamline.set("StreamPreCount", 7);
    await beamline.shows("2bmSP1:CB1:PreCount", 7);
    const capture = beamline.press("StreamCapture");
    await beamline.shows("StreamNumCaptured", /^[1-9]/);
    beamline.set("StreamPreCount", 9);
    await beamline.shows("StreamPreCount", 7);
    beamline.set("AbortScan", 1);
    await ended;
    await capture;
  });
});

describe("changing the optics", () => {
  it("keeps dark and flat fields for each lens", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    const dark = beamline.structures.get(`${PREFIX}StreamDarkFields`);
    let posts = 0;
    dark?.subscribe(() => posts++);
    await beamline.press("StreamRetakeDark");
    const posted = async (count: number): Promise<void> => {
      while (posts < count) await new Promise((resolve) => dark?.subscribe(resolve));
    };
    beamline.pv("2bm:MCTOptics:LensSelect").write(1);
    await posted(2);
    assert.ok(existsSync(join(beamline.folder, "dark_fields_0.h5")));
    beamline.set("NumDarkFields", 7);
    await beamline.press("StreamRetakeDark");
    beamline.pv("2bm:MCTOptics:LensSelect").write(0);
    await posted(4);
    assert.equal(read(join(beamline.folder, "dark_fields.h5"), "exchange/data_dark").shape[0], 3);
    assert.equal(read(join(beamline.folder, "dark_fields_1.h5"), "exchange/data_dark").shape[0], 7);
    beamline.set("AbortScan", 1);
    await ended;
  });

  it("says when the fields of a lens cannot be kept, and goes on", async (context) => {
    const beamline = new TestBeamline(context);
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeDark");
    mkdirSync(join(beamline.folder, "dark_fields_0.h5"));
    beamline.pv("2bm:MCTOptics:LensSelect").write(1);
    await beamline.shows("ScanStatus", /^LensSelect: /);
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
  });

  it("moves all of the server to another camera between scans", async (context) => {
    const beamline = new TestBeamline(context);
    await beamline.shows("ServerRunning", 1);
    // The optics are another IOC.
    beamline.observed.readMilliseconds = 5;
    const choose = async (camera: number, prefix: string): Promise<void> => {
      beamline.set("OverwriteWarning", 0);
      beamline.pv("2bm:MCTOptics:CameraSelect").write(camera);
      await beamline.served();
      assert.equal(beamline.text("CameraPVPrefix"), prefix);
      assert.equal(beamline.text("FilePluginPVPrefix"), `${prefix}HDF1:`);
    };
    await choose(1, "2bmSP2:");
    await beamline.startScan();
    assert.match(beamline.text("ScanStatus"), /^Scan failed: 2bmSP2:cam1:Acquire: not connected/);
    await choose(0, "2bmSP1:");
    const { ended } = await beamline.stream();
    beamline.set("AbortScan", 1);
    await ended;
  });
});
