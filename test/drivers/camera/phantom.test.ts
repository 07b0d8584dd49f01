import assert from "node:assert/strict";
import { test } from "node:test";
import {
  phantomAt,
  phantomLineIntegral,
  phantomSlice,
  phantomValue,
  projectPhantom,
  staticPhantom,
} from "../../../src/drivers/camera/phantom.js";

const SIZE = 64;

/** Midpoint rule along the ray at detector position u: the point u e_u + t e_t with e_u = (cos, -sin), e_t = (sin, cos). */
function integrateAlongRay(thetaDegrees: number, u: number, z: number): number {
  const theta = (thetaDegrees * Math.PI) / 180;
  const ellipsoids = phantomAt(SIZE, 300);
  const step = 0.005;
  let sum = 0;
  for (let t = -SIZE / 2; t < SIZE / 2; t += step) {
    const along = t + step / 2;
    const x = u * Math.cos(theta) + along * Math.sin(theta);
    const y = -u * Math.sin(theta) + along * Math.cos(theta);
    sum += phantomValue(ellipsoids, x, y, z) * step;
  }
  return sum;
}

test("line integrals agree with numerical integration of the attenuation along the ray", () => {
  for (const thetaDegrees of [0, 17.3, 90, 143, 271])
    for (const [u, z] of [
      [0, 0],
      [7.5, -5],
      [-13, 4.2],
      [11, 6],
    ] as const) {
      const exact = phantomLineIntegral(phantomAt(SIZE, 300), thetaDegrees, u, z);
      assert.ok(
        Math.abs(exact - integrateAlongRay(thetaDegrees, u, z)) < 2e-3,
        `theta ${thetaDegrees} u ${u}`,
      );
    }
});

test("a projected image has the line integral of every pixel", () => {
  const ellipsoids = phantomAt(SIZE, 120);
  const image = new Float32Array(SIZE * SIZE);
  projectPhantom(ellipsoids, 33, { sizeX: SIZE, sizeY: SIZE, center: 30.5 }, image);
  for (let row = 0; row < SIZE; row += 3)
    for (let column = 0; column < SIZE; column++) {
      const exact = phantomLineIntegral(ellipsoids, 33, column - 30.5, row - SIZE / 2);
      assert.ok(Math.abs((image[row * SIZE + column] ?? 0) - exact) < 1e-5);
    }
});

test("opposite views are mirror images of each other about the axis", () => {
  const ellipsoids = staticPhantom(SIZE);
  for (let u = -30; u <= 30; u += 2.5) {
    const front = phantomLineIntegral(ellipsoids, 25, u, 3);
    assert.ok(Math.abs(front - phantomLineIntegral(ellipsoids, 205, -u, 3)) < 1e-9);
  }
});

test("the three ortho-slices agree where they meet", () => {
  const ellipsoids = staticPhantom(SIZE);
  const xSlice = phantomSlice(ellipsoids, "x", 20, SIZE);
  const ySlice = phantomSlice(ellipsoids, "y", 40, SIZE);
  const zSlice = phantomSlice(ellipsoids, "z", 28, SIZE);
  assert.equal(xSlice[28 * SIZE + 40], zSlice[40 * SIZE + 20]);
  assert.equal(ySlice[28 * SIZE + 20], zSlice[40 * SIZE + 20]);
});

test("attenuation is never negative and the sample stays inside the field of view", () => {
  for (const seconds of [0, 90, 600]) {
    const ellipsoids = phantomAt(SIZE, seconds);
    for (let row = 0; row < SIZE; row += 4)
      assert.ok(phantomSlice(ellipsoids, "z", row, SIZE).every((mu) => mu > -1e-6));
    for (let theta = 0; theta < 180; theta += 10)
      assert.equal(phantomLineIntegral(ellipsoids, theta, SIZE / 2 - 0.5, 0), 0);
  }
});

test("the sample changes slowly: not within a second, clearly over minutes", () => {
  const difference = (seconds: number) => {
    const start = phantomSlice(phantomAt(SIZE, 0), "y", 44, SIZE);
    const later = phantomSlice(phantomAt(SIZE, seconds), "y", 44, SIZE);
    return start.filter((mu, index) => mu !== later[index]).length;
  };
  assert.ok(difference(600) + difference(90) > 10);
  assert.ok(difference(0.5) < 10);
});
