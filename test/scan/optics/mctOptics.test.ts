import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Value } from "../../../src/channel/dbf.js";
import { OPTICS_OF_2BM, readCatalog, startMctOptics } from "../../../src/scan/index.js";
import { repositoryRoot } from "../../support/paths.js";
import { ScanRig } from "../scanRig.js";

const OPTICS = "2bm:MCTOptics:";

const MACROS = {
  P: "2bm:",
  R: "MCTOptics:",
  CAMERA0: "t:cam0:",
  CAMERA1: "t:cam1:",
  OVERLAY0: "t:over0:",
  LENS_MOTOR: "t:lens",
  CAMERA_MOTOR: "t:camera",
  CAMERA_POS0: "20",
  CAMERA_POS1: "15",
  CAM0_LENS_POS0: "-60",
  CAM0_LENS_POS1: "0",
  CAM0_LENS_POS2: "58",
  CAM1_LENS_POS0: "-60",
  CAM1_LENS_POS1: "0",
  CAM1_LENS_POS2: "59",
  LENS_SAMPLE_X: "t:x",
  LENS_SAMPLE_Y: "t:y",
  LENS_SAMPLE_Z: "t:z",
  CAM0_ROT: "t:rot0",
  CAM1_ROT: "t:rot1",
  LENS0_FOCUS: "t:focus0",
  LENS1_FOCUS: "t:focus1",
  LENS2_FOCUS: "t:focus2",
};

/** As an operator and autosave have left the microscope. */
const SETTINGS: Readonly<Record<string, Value>> = {
  LensSelect: 1,
  Lens0Name: "10x",
  Lens1Name: "2x",
  Lens2Name: "5X",
  Camera0Name: "Oryx 5MP",
  Camera1Name: "Adimec",
  DetectorPixelSize: 3.45,
  CameraObjective: "2",
  Camera0Lens1XOffset: 0.1,
  Camera0Lens2XOffset: 0.4,
  Camera0Lens2Rotation: 0.7,
  Camera1Lens1XOffset: -0.2,
  Camera1Lens0Focus: 20,
  Camera1Lens1Focus: 21,
  Camera1Lens2Focus: 22,
  Camera1Lens1Rotation: -0.3,
};

class Microscope extends ScanRig {
  constructor(context: TestContext, settings: Readonly<Record<string, Value>> = {}) {
    super(context);
    this.loadServer(MACROS, ["mctOptics"]);
    this.load(join(repositoryRoot, "test/scan/optics/microscope.db"), {});
    this.engine.iocInit();
    for (const [name, value] of Object.entries({ ...SETTINGS, ...settings })) this.optics(name, value);
    const server = startMctOptics({ pvs: this.directory, prefix: OPTICS, connectSeconds: 0.01 });
    this.after(() => {
      server.stop();
      this.engine.stop();
    });
  }

  optics(name: string, value: Value): void {
    this.pv(OPTICS + name).write(value);
  }

  /** Waits until what was asked for is done, at first until the server is there. */
  async done(): Promise<void> {
    await this.shows(`${OPTICS}MCTStatus`, "Done");
  }

  /** Chooses a lens or a camera and waits until it is there. */
  async select(selector: string, value: number): Promise<void> {
    const moving = this.shows(`${OPTICS}MCTStatus`, /Moving to lens/);
    this.optics(selector, value);
    await moving;
    await this.done();
  }

  /** Presses a busy button and waits for it to return. */
  push(button: string): Promise<void> {
    return this.pv(OPTICS + button).writeNotify(1, { timeoutSeconds: 30 });
  }

  at(name: string): number {
    return Number(this.number(name).toFixed(6));
  }

  shown(name: string): string {
    return this.text(OPTICS + name);
  }
}

describe("the microscope", () => {
  it("says that its server runs", async (context) => {
    const rig = new Microscope(context);
    await rig.shows(`${OPTICS}ServerRunning`, 1);
  });

  it("brings a lens, the sample to where it sees it, and the camera to its angle", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    await rig.select("LensSelect", 2);
    assert.deepEqual(
      ["t:lens", "t:x", "t:y", "t:z", "t:rot0", `${OPTICS}Camera0Lens1Rotation`].map((name) => rig.at(name)),
      [58, 1.3, 2, 3, 0.7, 0.5],
    );
  });

  it("tells magnification, scintillator and pixel size of the new lens", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    await rig.select("LensSelect", 2);
    assert.deepEqual(
      ["CameraObjective", "CameraTubeLength", "ScintillatorType", "ScintillatorThickness"].map((name) =>
        rig.shown(name),
      ),
      ["4.93246807835333", "1", "GGG:Eu - ESRF", "17"],
    );
    assert.equal(rig.at(`${OPTICS}ImagePixelSize`), Number((3.45 / 4.93246807835333).toFixed(6)));
  });

  it("moves the sample back by what it moved it", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    await rig.select("LensSelect", 0);
    assert.equal(rig.at("t:x"), 0.9);
    await rig.select("LensSelect", 1);
    assert.equal(rig.at("t:x"), 1);
  });

  it("exchanges the cameras with the focus of each lens, and stops the one before", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    await rig.select("CameraSelect", 1);
    assert.deepEqual(
      ["t:camera", "t:cam0:cam1:Acquire", "t:focus0", "t:focus1", "t:focus2", "t:x", "t:rot1"].map((name) =>
        rig.at(name),
      ),
      [15, 0, 20, 21, 22, 0.7, -0.3],
    );
    assert.deepEqual(
      ["CameraSelected", "Camera0Lens0Focus", "Camera0Lens2Focus", "DetectorPixelSize"].map((name) =>
        rig.at(OPTICS + name),
      ),
      [1, 10, 12, 5.5],
    );
  });

  it("puts a selector back that is turned while another change is under way", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    const moving = rig.shows(`${OPTICS}MCTStatus`, /Moving to lens: 5X/);
    rig.optics("LensSelect", 2);
    rig.optics("CameraSelect", 1);
    await moving;
    await rig.done();
    await rig.shows(`${OPTICS}CameraSelect`, 0);
    assert.deepEqual([rig.at("t:camera"), rig.at("t:lens")], [20, 58]);
  });

  it("says which lens it does not know, and goes on", async (context) => {
    const rig = new Microscope(context, { Lens2Name: "fisheye" });
    await rig.done();
    await rig.select("LensSelect", 2);
    assert.equal(rig.at("t:lens"), 58);
    assert.equal(rig.shown("CameraObjective"), "2");
  });

  it("synchronizes the selectors with the motors, without a move", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    rig.pv("t:lens").write(57.95);
    await rig.push("Sync");
    assert.deepEqual(
      [rig.shown("LensSelect"), rig.at("t:lens"), rig.shown("MCTStatus")],
      ["2", 57.95, "Done"],
    );
  });

  it("says when a motor is at none of its positions", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    rig.pv("t:lens").write(30);
    await rig.push("Sync");
    assert.match(rig.shown("MCTStatus"), /^Sync error/);
    assert.equal(rig.shown("LensSelect"), "1");
  });

  it("cuts the edges of the images and shows what the camera made of it", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    for (const [name, pixels] of [
      ["CutLeft", 100],
      ["CutRight", 50],
      ["CutTop", 30],
      ["CutBottom", 20],
    ] as const)
      rig.optics(name, pixels);
    await rig.push("Cut");
    assert.deepEqual(
      ["MinX", "SizeX", "MinY", "SizeY", "Acquire"].map((name) => rig.at(`t:cam0:cam1:${name}`)),
      [100, 2298, 30, 1998, 1],
    );
    const columns = 2272;
    assert.deepEqual(
      ["CutLeft", "CutRight", "CutTop", "CutBottom", "SuggestedAngles"].map((name) => rig.at(OPTICS + name)),
      [100, 2448 - 100 - columns, 30, 20, Number(((1500 / 2448) * columns).toFixed(6))],
    );
  });

  it("bins the camera and tells the larger pixel", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    rig.optics("CameraBinning", 2);
    await rig.shows(`${OPTICS}ImagePixelSize`, 6.9);
    assert.deepEqual([rig.at("t:cam0:cam1:BinX"), rig.at("t:cam0:cam1:BinY")], [4, 4]);
    assert.equal(rig.at("t:cam0:cam1:Acquire"), 1);
  });

  it("sets the bits of a pixel", async (context) => {
    const rig = new Microscope(context);
    await rig.done();
    rig.optics("Camera0Bit", 2);
    await rig.shows("t:cam0:cam1:ConvertPixelFormat", 2);
    assert.deepEqual([rig.at("t:cam0:cam1:PixelFormat"), rig.at("t:cam0:cam1:GC_AdcBitDepth")], [2, 2]);
  });

  it("shows the cross in the middle of the images, and hides it", async (context) => {
    const rig = new Microscope(context, { CrossSelect: 1 });
    await rig.done();
    rig.optics("CrossSelect", 0);
    await rig.shows("t:over0:1:Use", 1);
    assert.deepEqual([rig.at("t:over0:1:CenterX"), rig.at("t:over0:1:CenterY")], [1224, 1024]);
    rig.optics("CrossSelect", 1);
    await rig.shows("t:over0:1:Use", 0);
  });
});

describe("the catalog of the optics", () => {
  it("is read from the Python server's files", (context) => {
    const { folder } = new ScanRig(context);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lens.json"), '{"3": {"magnification": 3.1, "tube_lens": 2}}');
    writeFileSync(join(folder, "camera.json"), '{"Dim": {"detector_pixel_size": -1}}');
    const problems: string[] = [];
    const catalog = readCatalog(folder, (problem) => problems.push(problem));
    assert.deepEqual(catalog.lenses, { "3": { magnification: 3.1, tube_lens: 2 } });
    assert.deepEqual(catalog.cameras, OPTICS_OF_2BM.cameras);
    assert.match(problems.join(" ").replaceAll("\n", " "), /camera\.json: .*Dim.*scintillator\.json: ENOENT/);
  });
});
