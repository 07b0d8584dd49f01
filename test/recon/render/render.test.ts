import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { sliceToPng } from "../../../src/recon/render/png.js";
import { displayRange } from "../../../src/recon/render/range.js";
import { sliceToText } from "../../../src/recon/render/text.js";

test("a PNG holds the slice's size and gray values", () => {
  const png = Buffer.from(sliceToPng(Float32Array.of(0, 1, 2, 2, 1, Number.NaN), 3, 2, { low: 0, high: 2 }));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [3, 2]);
  const start = png.indexOf("IDAT");
  const rows = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  assert.deepEqual([...rows], [0, 0, 128, 255, 0, 255, 128, 0]);
});

test("the display range ignores the few most extreme values", () => {
  const slice = Float32Array.from({ length: 10_000 }, (_, i) => i / 10_000);
  slice[5] = 1e9;
  slice[6] = Number.NaN;
  const { low, high } = displayRange(slice);
  assert.ok(low < 0.01 && high > 0.99 && high < 1);
});

test("a constant slice still has a range", () => {
  assert.deepEqual(displayRange(new Float32Array(4)), { low: 0, high: 1 });
});

test("text has the asked width, half the height, and dark to bright shades", () => {
  const slice = Float32Array.from({ length: 100 * 40 }, (_, i) => i % 100);
  const lines = sliceToText(slice, 100, 40, 50).split("\n");
  assert.equal(lines.length, 10);
  assert.match(lines[0] ?? "", /^ +░+▒+▓+█+$/);
  assert.equal(lines[0]?.length, 50);
});
