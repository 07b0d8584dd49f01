import assert from "node:assert/strict";
import { test } from "node:test";
import { thetaTable } from "../../../src/recon/solver/thetaTable.js";

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
