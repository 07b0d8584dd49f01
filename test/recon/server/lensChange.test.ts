import assert from "node:assert/strict";
import { test } from "node:test";
import { Subject } from "rxjs";
import { LensChange } from "../../../src/recon/server/lensChange.js";
import { magnificationOf, pixelSizeUm, sampleMoves } from "../../../src/recon/server/lensMath.js";
import { MemoryPvs } from "../support/memoryPvs.js";

const TR = "2bmb:TomoStream:";
const OPTICS = "2bm:MCTOptics:";

const records = {
  [`${TR}MctOpticsPVPrefix`]: OPTICS,
  [`${TR}LensChangeSync`]: 0,
  [`${TR}SampleTomo0degPVName`]: "2bmb:m17",
  [`${TR}SampleTomo90degPVName`]: "2bmb:m18",
  [`${TR}SampleYPVName`]: "2bmb:m25",
  [`${TR}RoiPluginPVPrefix`]: "2bmSP2:ROI1:",
  [`${OPTICS}LensSelect`]: 0,
  [`${OPTICS}DetectorPixelSize`]: 3.45,
  [`${OPTICS}CameraObjective`]: "2x",
  [`${OPTICS}LensMotorPVName`]: "2bmb:m1",
  ...{ "2bmSP2:ROI1:BinX": 2, "2bmb:m1.DMOV": 1, "2bmb:m17": 1, "2bmb:m18": -2, "2bmb:m25": 10 },
};

/** What the lens change did to the reconstruction, in order. */
function following(more: Partial<typeof records> = {}) {
  const pvs = new MemoryPvs({ ...records, ...more });
  const events = new Subject<string>();
  const seen: string[] = [];
  events.subscribe((event) => seen.push(event));
  const change = new LensChange(pvs, TR, {
    positions: () => ({ OrthoX: 70, OrthoY: 40, OrthoZ: 30 }),
    move: ({ OrthoX, OrthoY, OrthoZ }) => events.next(`slices at ${OrthoX} ${OrthoY} ${OrthoZ}`),
    setPixelSize: (um) => events.next(`pixel ${um.toFixed(3)}`),
  });
  const resumed = new Promise<void>((resolve) => {
    events.subscribe((event) => event === "resume" && resolve());
  });
  const subscription = change
    .follow$({
      size: () => ({ width: 120, height: 80 }),
      pause: () => events.next("pause"),
      resume: () => events.next("resume"),
    })
    .subscribe();
  const end = (): void => {
    subscription.unsubscribe();
    change.close();
  };
  return { pvs, seen, resumed, end };
}

/** The turret leaves and arrives, and the optics name its new objective. */
function turn({ pvs }: { pvs: MemoryPvs }, objective: string): void {
  pvs.put("2bmb:m1.DMOV", 0);
  pvs.put(`${OPTICS}CameraObjective`, objective);
  pvs.put("2bmb:m1.DMOV", 1);
}

test("a lens change stops the reconstruction until the turret has arrived, and tells the new pixel size", async () => {
  const lens = following();
  lens.pvs.put(`${OPTICS}LensSelect`, 1);
  assert.deepEqual(lens.seen, ["pause"]);
  await new Promise(setImmediate);
  turn(lens, "10x");
  await lens.resumed;
  lens.end();
  assert.deepEqual(lens.seen, ["pause", "pixel 0.690", "resume"]);
  assert.equal(lens.pvs.get("2bmb:m17"), 1, "without LensChangeSync the sample stays");
});

test("with LensChangeSync the point where the slices meet is brought to the middle by the old lens's pixels", async () => {
  const lens = following({ [`${TR}LensChangeSync`]: 1 });
  lens.pvs.put(`${OPTICS}LensSelect`, 2);
  await new Promise(setImmediate);
  turn(lens, "10x");
  await lens.resumed;
  lens.end();
  assert.deepEqual(lens.seen, ["pause", "slices at 60 60 40", "pixel 0.690", "resume"]);
  const pixel = (3.45 / 2) * 2 * 1e-3;
  const near = (name: string, expected: number): void =>
    assert.ok(Math.abs(Number(lens.pvs.get(name)) - expected) < 1e-9, `${name} at ${lens.pvs.get(name)}`);
  near("2bmb:m17", 1 + 10 * pixel);
  near("2bmb:m18", -2 + 20 * pixel);
  near("2bmb:m25", 10 - 10 * pixel);
});

test("optics that do not tell the magnification leave sample and pixel size alone, and the stream goes on", async () => {
  const lens = following({ [`${TR}LensChangeSync`]: 1, [`${OPTICS}CameraObjective`]: "Unknown" });
  lens.pvs.put(`${OPTICS}LensSelect`, 1);
  await new Promise(setImmediate);
  turn(lens, "Unknown");
  await lens.resumed;
  lens.end();
  assert.deepEqual(lens.seen, ["pause", "resume"]);
  assert.equal(lens.pvs.get("2bmb:m25"), 10);
});

test("a lens that is only said again changes nothing", () => {
  const lens = following();
  lens.pvs.put(`${OPTICS}LensSelect`, 0);
  lens.end();
  assert.deepEqual(lens.seen, []);
});

test("magnification is read from the objective's name", () => {
  const names = ["5x", "Mitutoyo 7.5X", "10", "0.5x LWD", "Unknown", "", "lens 3"];
  assert.deepEqual(names.map(magnificationOf), [5, 7.5, 10, 0.5, undefined, undefined, undefined]);
});

test("pixels grow with binning, and moves are millimetres from the middle", () => {
  assert.equal(pixelSizeUm({ detectorPixelUm: 3.45, objective: "5x", binning: 4 }), (3.45 / 5) * 4);
  assert.equal(pixelSizeUm({ detectorPixelUm: 0, objective: "5x", binning: 1 }), undefined);
  const moves = sampleMoves({ OrthoX: 11, OrthoY: 9, OrthoZ: 3 }, { width: 20, height: 10 }, 2);
  assert.deepEqual(moves, { y: -0.004, tomo0: 0.002, tomo90: 0.002 });
});
