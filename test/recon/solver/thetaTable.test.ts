import assert from "node:assert/strict";
import { test } from "node:test";
import { thetaTable } from "../../../src/recon/solver/thetaTable.js";
import { broadcastTheta, type ThetaRule, thetaAt } from "../../../src/scan/theta.js";

const angles = (count: number, step: number) => Float32Array.from({ length: count }, (_, i) => i * step);

test("projections before the first have no angle", () => {
  assert.equal(thetaTable(angles(4, 1))?.theta(-1), undefined);
});

test("a continuous scan goes on with its step beyond the broadcast angles", () => {
  assert.equal(thetaTable(angles(4, 0.5))?.theta(7), 3.5);
  assert.equal(thetaTable(angles(4, -0.5))?.theta(7), -3.5);
});

test("a back-and-forth scan goes on with its sweeps beyond the broadcast angles", () => {
  const table = thetaTable([0, 60, 120, 120, 60, 0, 0, 60]);
  assert.deepEqual(
    [6, 7, 8, 9, 10, 11, 12].map((index) => table?.theta(index)),
    [0, 60, 120, 120, 60, 0, 0],
  );
});

test("angles that are missing or never move give no table", () => {
  assert.equal(thetaTable([]), undefined);
  assert.equal(thetaTable([3]), undefined);
  assert.equal(thetaTable([3, 3, 3]), undefined);
});

const rules: readonly ThetaRule[] = [
  { scanType: "continuous", start: 10, step: 0.25, numAngles: 720 },
  { scanType: "continuous", start: 0.3, step: 0.12, numAngles: 1500 },
  { scanType: "continuous", start: 0, step: -0.5, numAngles: 400 },
  { scanType: "backforth", start: -90, step: 0.125, numAngles: 1440 },
  { scanType: "backforth", start: 0, step: 1, numAngles: 181 },
];

for (const rule of rules) {
  test(`a ${rule.scanType} scan of ${rule.numAngles} steps of ${rule.step} goes on as the scan server counts it`, () => {
    const broadcast = broadcastTheta(rule);
    const table = thetaTable(broadcast);
    const far = broadcast.length;
    for (const index of [
      0,
      1,
      rule.numAngles,
      rule.numAngles + 1,
      far - 1,
      far,
      far + 1,
      far + 777,
      3 * far + 5,
    ])
      assert.ok(
        Math.abs((table?.theta(index) ?? Number.NaN) - thetaAt(rule, index)) < 1e-3,
        `projection ${index}`,
      );
  });
}
