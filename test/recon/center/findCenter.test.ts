import assert from "node:assert/strict";
import { test } from "node:test";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { findCenter } from "../../../src/recon/center/findCenter.js";
import { newestHalfTurn } from "../../../src/recon/center/halfTurn.js";
import { type AngledSinogram, registeredCenter } from "../../../src/recon/center/registration.js";
import { needsShared } from "../../support/paths.js";
import { project } from "../support/projection.js";
import { toothRow } from "../support/tooth.js";

const WIDTH = 256;

/** Normally distributed numbers, the same in every run. */
function* noise(): Generator<number, number> {
  let state = 1;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (;;) yield Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

interface Scan {
  readonly center: number;
  /** Of the open beam, as a part of it. */
  readonly noise?: number;
  readonly degrees?: readonly number[];
  /** Of the sample to the detector. */
  readonly scale?: number;
}

const halfTurn = Array.from({ length: 181 }, (_, view) => view);

function row({ center, noise: level = 0, degrees = halfTurn, scale = 0.9 }: Scan): AngledSinogram {
  const random = noise();
  const sample = staticPhantom(WIDTH * scale);
  const data = new Float32Array(degrees.length * WIDTH);
  degrees.forEach((theta, view) => {
    const integrals = project(sample, { width: WIDTH, height: 1, center }, theta);
    const measured = integrals.map((p) => {
      const transmission = Math.exp(-p) + level * Math.sqrt(Math.exp(-p)) * random.next().value;
      return -Math.log(Math.max(transmission, 1e-6));
    });
    data.set(measured, view * WIDTH);
  });
  return { data, views: degrees.length, width: WIDTH, degrees };
}

async function assertFound(scan: Scan, start = WIDTH / 2): Promise<void> {
  const found = await findCenter(wasmBackend(1), { rows: [row(scan)], start, range: 4 });
  assert.ok(found?.isCertain);
  assert.ok(Math.abs(found.center - scan.center) < 0.25, `${found.center} instead of ${scan.center}`);
}

test("the center is found to a quarter of a pixel without noise", () => assertFound({ center: 131.3 }));

test("the center is found in noise", () => assertFound({ center: 124.65, noise: 0.03 }));

test("the center is found far from the middle", () =>
  assertFound({ center: 171.7, noise: 0.02, scale: 0.6 }));

test("the center is found in a scan of more than a half turn, forwards or backwards", async () => {
  const forwards = Array.from({ length: 220 }, (_, view) => 40 + view);
  await assertFound({ center: 130.8, degrees: forwards, noise: 0.02 });
  await assertFound({ center: 130.8, degrees: forwards.toReversed(), noise: 0.02 });
});

test("without opposite views the search begins where it is told to", async () => {
  const degrees = Array.from({ length: 171 }, (_, view) => view);
  assert.equal(registeredCenter([row({ center: 130, degrees })]), undefined);
  await assertFound({ center: 130, degrees }, 127);
  await assertFound({ center: 130, degrees }, 110);
});

test("views that are nearly opposite will do where the opposite ones were lost", async () => {
  const degrees = Array.from({ length: 178 }, (_, view) => view);
  assert.ok(registeredCenter([row({ center: 150, degrees, scale: 0.7 })]) !== undefined);
  await assertFound({ center: 150, degrees, scale: 0.7 }, 128);
});

test("registration alone comes close, and says how well opposite views agree", () => {
  const registered = registeredCenter([row({ center: 133.4, noise: 0.01 })]);
  assert.ok(registered !== undefined && Math.abs(registered.center - 133.4) < 0.3);
  assert.ok(registered.agreement > 0.7);
});

test("rows without views, or without anything to see, have no center", async () => {
  const ask = (rows: readonly AngledSinogram[]) => findCenter(wasmBackend(1), { rows, start: 8, range: 2 });
  assert.equal(await ask([]), undefined);
  const empty = { data: new Float32Array(16 * 181), views: 181, width: 16, degrees: halfTurn };
  assert.equal((await ask([empty]))?.isCertain, false);
  const few = { ...empty, views: 100, degrees: halfTurn.slice(0, 100) };
  assert.equal(await ask([few]), undefined);
});

test("the newest half turn has each direction once, of the later views", () => {
  const backAndForth = [0, 60, 120, 180, 180, 120, 60, 0];
  assert.deepEqual(newestHalfTurn(backAndForth), [7, 6, 5]);
  assert.deepEqual(newestHalfTurn([0, 60, 120, 180, 240]), [2, 3, 4]);
});

for (const rowNumber of [0, 1])
  test(`the tooth's center is found in row ${rowNumber}`, needsShared, async () => {
    const found = await findCenter(wasmBackend(1), {
      rows: [await toothRow(rowNumber)],
      start: 320,
      range: 4,
    });
    assert.ok(found?.isCertain);
    assert.ok(Math.abs(found.center - 295.6) < 0.25, `${found.center}`);
  });
