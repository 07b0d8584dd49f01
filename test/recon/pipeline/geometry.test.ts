import assert from "node:assert/strict";
import { test } from "node:test";
import { movedPlanes, PLANES, type SliceGeometry } from "../../../src/recon/pipeline/geometry.js";

const geometry: SliceGeometry = {
  ...{ width: 64, height: 40, center: 31.5, orthoX: 20, orthoY: 41, orthoZ: 13, rotX: 0, rotY: 0, rotZ: 0 },
};

for (const [change, planes] of [
  [{}, []],
  [{ orthoX: 21 }, ["x"]],
  [{ rotX: 3 }, ["x"]],
  [{ orthoY: 21 }, ["y"]],
  [{ rotY: 3 }, ["y"]],
  [{ orthoZ: 21 }, ["z"]],
  [{ rotZ: 3, orthoX: 21 }, ["z", "x"]],
  [{ center: 32 }, PLANES],
] as const)
  test(`a change of ${Object.keys(change).join(" and ") || "nothing"} moves ${planes.join(", ") || "no plane"}`, () => {
    assert.deepEqual(movedPlanes(geometry, { ...geometry, ...change }), planes);
  });
