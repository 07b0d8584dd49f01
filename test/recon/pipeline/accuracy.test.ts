import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ellipsoid, phantomSlice, staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { Backprojector } from "../../../src/recon/pipeline/backproject.js";
import { type FilterType, RowFilter } from "../../../src/recon/pipeline/filters.js";
import type { SliceGeometry } from "../../../src/recon/pipeline/geometry.js";
import { correlation } from "../support/correlation.js";
import { project } from "../support/projection.js";

function reconstruct(
  ellipsoids: readonly Ellipsoid[],
  geometry: SliceGeometry,
  views: number,
  filterType: FilterType,
): Backprojector["sums"] {
  const backprojector = new Backprojector(geometry);
  const filter = new RowFilter(geometry.width, filterType);
  for (let view = 0; view < views; view++) {
    const theta = (view * 180) / views;
    const rows = project(ellipsoids, geometry, theta);
    filter.apply(rows, geometry.height);
    backprojector.add(rows, (theta * Math.PI) / 180);
  }
  const scale = Math.PI / views;
  for (const sum of Object.values(backprojector.sums))
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) * scale;
  return backprojector.sums;
}

const geometryFor = (width: number, height: number, more: Partial<SliceGeometry> = {}): SliceGeometry => ({
  ...{ width, height, center: width / 2 + 3.3, rotX: 0, rotY: 0, rotZ: 0 },
  ...{
    orthoX: Math.floor(width / 2) + 11,
    orthoY: Math.floor(width / 2) - 7,
    orthoZ: Math.floor(height / 2),
  },
  ...more,
});

/** The largest difference between the slices along the three lines where two of them meet. */
function largestDisagreement(sums: Backprojector["sums"], geometry: SliceGeometry): number {
  const { width, height, orthoX, orthoY, orthoZ } = geometry;
  let largest = 0;
  const compare = (a: number | undefined, b: number | undefined): void => {
    largest = Math.max(largest, Math.abs((a ?? Number.NaN) - (b ?? Number.NaN)));
  };
  for (let i = 0; i < width; i++) {
    compare(sums.z[orthoY * width + i], sums.y[orthoZ * width + i]);
    compare(sums.z[i * width + orthoX], sums.x[orthoZ * width + i]);
  }
  for (let z = 0; z < height; z++) compare(sums.y[z * width + orthoX], sums.x[z * width + orthoY]);
  return largest;
}

for (const [width, height] of [
  [256, 40],
  [101, 30],
  [64, 90],
] as const) {
  test(`the three slices of ${width} x ${height} projections agree where they meet`, () => {
    const geometry = geometryFor(width, height);
    const sums = reconstruct(staticPhantom(width), geometry, 90, "Ramp");
    assert.ok(largestDisagreement(sums, geometry) < 1e-7);
  });
}

test("each slice shows the true cut through the sample", () => {
  const size = 128;
  const ellipsoids = staticPhantom(size);
  const geometry = geometryFor(size, size, { orthoX: 72, orthoY: 44, orthoZ: 67 });
  const sums = reconstruct(ellipsoids, geometry, 180, "Shepp-logan");
  assert.ok(correlation(sums.z, phantomSlice(ellipsoids, "z", 67, size)) > 0.97);
  assert.ok(correlation(sums.y, phantomSlice(ellipsoids, "y", 44, size)) > 0.97);
  assert.ok(correlation(sums.x, phantomSlice(ellipsoids, "x", 72, size)) > 0.97);
});

test("turning the y-slice by 90 degrees gives the mirrored x-slice through the axis", () => {
  const size = 65;
  const straight = geometryFor(size, 20, { orthoX: 32, orthoY: 32 });
  const ellipsoids = staticPhantom(size);
  const { x } = reconstruct(ellipsoids, straight, 60, "Parzen");
  const { y } = reconstruct(ellipsoids, { ...straight, rotY: 90 }, 60, "Parzen");
  for (let z = 0; z < 20; z++)
    for (let i = 0; i < size; i++)
      assert.ok(Math.abs((y[z * size + i] ?? 0) - (x[z * size + (size - 1 - i)] ?? 0)) < 1e-7);
});

test("a z-slice tilted by 90 degrees is the upright slice through the axis", () => {
  const size = 65;
  const straight = geometryFor(size, size, { orthoX: 32, orthoY: 32, orthoZ: 32 });
  const ellipsoids = staticPhantom(size);
  const { x } = reconstruct(ellipsoids, straight, 60, "Parzen");
  const { z } = reconstruct(ellipsoids, { ...straight, rotZ: 90 }, 60, "Parzen");
  for (let line = 0; line < size; line++)
    for (let i = 1; i < size - 1; i++) {
      const upright = x[(size - 1 - i) * size + line] ?? 0;
      assert.ok(Math.abs((z[line * size + i] ?? 0) - upright) < 1e-7, `line ${line}, height ${i}`);
    }
});
