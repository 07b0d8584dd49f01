import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { CachedRenderer } from "../../../src/drivers/camera/cachedRenderer.js";
import {
  type FrameRequest,
  type Illumination,
  readOut,
  renderRegion,
} from "../../../src/drivers/camera/frameSource.js";
import { PatternRenderer } from "../../../src/drivers/camera/patternRenderer.js";
import { phantomLineIntegral, staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { PhantomRenderer } from "../../../src/drivers/camera/phantomRenderer.js";
import { ReplayRenderer } from "../../../src/drivers/camera/replayRenderer.js";
import { needsShared, sharedDirectory } from "../../support/paths.js";

const SIZE = 32;

const request = (illumination: Illumination, overrides: Partial<FrameRequest> = {}): FrameRequest => ({
  illumination,
  thetaDegrees: 0,
  elapsedSeconds: 0,
  exposureSeconds: 0.1,
  sequence: 1,
  dataType: "UInt16",
  region: { minX: 0, minY: 0, sizeX: SIZE, sizeY: SIZE, binX: 1, binY: 1 },
  ...overrides,
});

const render = (renderer: PhantomRenderer, wanted: FrameRequest): Uint16Array => {
  const out = new Uint16Array(SIZE * SIZE);
  renderer.render(wanted, out);
  return out;
};

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

test("minus the logarithm of the flat-field corrected frame is the line integral", () => {
  const renderer = new PhantomRenderer({ size: SIZE, evolving: false, noise: false });
  const dark = render(renderer, request("dark"));
  const flat = render(renderer, request("flat"));
  const frame = render(renderer, request("projection", { thetaDegrees: 40 }));
  for (let row = 4; row < SIZE; row += 5)
    for (let column = 0; column < SIZE; column++) {
      const i = row * SIZE + column;
      const transmission = ((frame[i] ?? 0) - (dark[i] ?? 0)) / ((flat[i] ?? 0) - (dark[i] ?? 0));
      const exact = phantomLineIntegral(staticPhantom(SIZE), 40, column - SIZE / 2, row - SIZE / 2);
      assert.ok(Math.abs(-Math.log(transmission) - exact) < 1e-3);
    }
});

test("a detector with other rows than columns sees the same rays", () => {
  const rows = 8;
  const renderer = new PhantomRenderer({ size: SIZE, rows, evolving: false, noise: false });
  const frame = (illumination: Illumination) => {
    const out = new Uint16Array(SIZE * rows);
    renderer.render(request(illumination, { thetaDegrees: 40 }), out);
    return out;
  };
  const [dark, flat, projection] = [frame("dark"), frame("flat"), frame("projection")];
  for (let i = 0; i < SIZE * rows; i++) {
    const transmission = ((projection[i] ?? 0) - (dark[i] ?? 0)) / ((flat[i] ?? 0) - (dark[i] ?? 0));
    const z = Math.floor(i / SIZE) - rows / 2;
    const exact = phantomLineIntegral(staticPhantom(SIZE), 40, (i % SIZE) - SIZE / 2, z);
    assert.ok(Math.abs(-Math.log(transmission) - exact) < 1e-3);
  }
});

test("noise has the spread of photon counting, and the same seed gives the same frame", () => {
  const renderer = new PhantomRenderer({ size: SIZE, seed: 5 });
  const first = render(renderer, request("flat", { sequence: 1 }));
  const second = render(renderer, request("flat", { sequence: 2 }));
  assert.notDeepEqual(first, second);
  assert.deepEqual(first, render(new PhantomRenderer({ size: SIZE, seed: 5 }), request("flat")));
  const ratio = mean(first.map((value, i) => ((value - (second[i] ?? 0)) ** 2 * 1000) / (2 * value))) / 1000;
  assert.ok(ratio > 0.85 && ratio < 1.15, `variance over mean ${ratio}`);
});

test("counts follow the exposure and saturate, darks do not depend on it", () => {
  const renderer = new PhantomRenderer({ size: SIZE });
  const short = mean(render(renderer, request("flat", { exposureSeconds: 0.05 })));
  const long = mean(render(renderer, request("flat", { exposureSeconds: 0.1 })));
  assert.ok(Math.abs((long - 100) / (short - 100) - 2) < 0.01);
  assert.ok(Math.max(...render(renderer, request("flat", { exposureSeconds: 10 }))) <= 65535);
  assert.ok(mean(render(renderer, request("dark", { exposureSeconds: 10 }))) < 110);
});

test("a region is cut out and bins are summed", () => {
  const frame = Uint16Array.from({ length: 16 }, (_, i) => i);
  const out = new Uint16Array(2);
  readOut(frame, 4, { minX: 1, minY: 1, sizeX: 2, sizeY: 2, binX: 1, binY: 2 }, "UInt16", out);
  assert.deepEqual(out, Uint16Array.of(5 + 9, 6 + 10));
});

test("a whole frame is rendered without a copy", () => {
  const renderer = new PhantomRenderer({ size: SIZE });
  renderRegion(renderer, request("flat"), new Uint16Array(SIZE * SIZE), () => assert.fail("copied"));
});

const tooth = join(sharedDirectory, "data", "tooth.h5");
const toothRegion = { minX: 0, minY: 0, sizeX: 640, sizeY: 2, binX: 1, binY: 1 };

test("replay gives back the recorded values of the nearest angle, bit for bit", needsShared, async () => {
  const { File } = await import("h5wasm/node");
  const renderer = await ReplayRenderer.open(tooth);
  const file = new File(tooth, "r");
  const recorded = (path: string, index: number) => {
    const dataset = file.get(path);
    assert.ok(dataset !== null && "slice" in dataset);
    return dataset.slice([[index, index + 1], [], []]);
  };
  const replayed = (illumination: Illumination, thetaDegrees: number, sequence: number) => {
    const out = new Float32Array(640 * 2);
    renderer.render(request(illumination, { thetaDegrees, sequence, region: toothRegion }), out);
    return out;
  };
  assert.deepEqual(renderer.info.dataTypes, ["Float32"]);
  assert.deepEqual(replayed("projection", 30, 0), recorded("exchange/data", 30));
  assert.deepEqual(replayed("projection", 30.4, 0), recorded("exchange/data", 31));
  assert.deepEqual(replayed("projection", -330, 0), recorded("exchange/data", 30));
  assert.deepEqual(replayed("flat", 0, 13), recorded("exchange/data_white", 3));
  assert.deepEqual(replayed("dark", 0, 9), recorded("exchange/data_dark", 9));
  file.close();
  renderer.close();
});

test(
  "beyond a recorded half turn the opposite view is mirrored about the axis found in the data",
  needsShared,
  async () => {
    const renderer = await ReplayRenderer.open(tooth);
    assert.ok(Math.abs(renderer.center - 296) < 2, `center ${renderer.center}`);
    const front = new Float32Array(1280);
    const back = new Float32Array(1280);
    renderer.render(request("projection", { thetaDegrees: 30, region: toothRegion }), front);
    renderer.render(request("projection", { thetaDegrees: 210, region: toothRegion }), back);
    const reflection = Math.round(2 * renderer.center);
    for (let column = 100; column < 500; column++) assert.equal(back[column], front[reflection - column]);
    renderer.close();
  },
);

test("a file that is no measurement is refused by name", async () => {
  await assert.rejects(ReplayRenderer.open("/nowhere/scan.h5"), /scan\.h5: not a readable HDF5 file/);
});

test("a frame that is kept is rendered once for its angle, and anew for another exposure", () => {
  const rendered: number[] = [];
  const renderer = new CachedRenderer({
    info: { sizeX: SIZE, sizeY: SIZE, dataTypes: ["UInt16"] },
    render: ({ thetaDegrees, elapsedSeconds }, out) => {
      rendered.push(thetaDegrees);
      assert.equal(elapsedSeconds, 0, "the sample stands still");
      out.fill(thetaDegrees);
    },
  });
  const pixel = (thetaDegrees: number, overrides: Partial<FrameRequest> = {}) => {
    const out = new Uint16Array(SIZE * SIZE);
    renderer.render(request("projection", { thetaDegrees, elapsedSeconds: 7, ...overrides }), out);
    return out[0];
  };
  assert.deepEqual(
    [30, 30.2, 390, -330].map((theta) => pixel(theta)),
    [30, 30, 30, 30],
  );
  assert.deepEqual(rendered, [30]);
  pixel(30, { exposureSeconds: 0.2 });
  pixel(31);
  assert.deepEqual(rendered, [30, 30, 31]);
});

test("the test pattern tells where each pixel is, and which frame it belongs to", () => {
  for (const [dataType, Type, levels] of [
    ["UInt8", Uint8Array, 256],
    ["UInt16", Uint16Array, 65_536],
  ] as const) {
    const renderer = new PatternRenderer({ size: 6, rows: 4 });
    // The first frame, far away, on, past what is made at once, around the end of the levels, and back.
    for (const sequence of [1, levels - 9, levels - 8, levels - 3, levels + 2, 1]) {
      const out = new Type(24);
      renderer.render(request("projection", { dataType, sequence }), out);
      const expected = Array.from(
        { length: 24 },
        (_, i) => ((i % 6) + Math.floor(i / 6) + sequence) % levels,
      );
      assert.deepEqual(Array.from(out), expected);
    }
  }
});
