import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import h5wasm from "h5wasm/node";
import { Backprojector } from "../../../src/recon/pipeline/backproject.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { Preprocessor } from "../../../src/recon/pipeline/preprocess.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../../support/paths.js";
import { needsPython, runPython } from "../../support/python.js";
import { correlation } from "../support/correlation.js";

const tooth = join(sharedDirectory, "data", "tooth.h5");
const reference = join(repositoryRoot, "test", "recon", "pipeline", "toothReference.py");

interface Stack {
  readonly data: Float32Array;
  readonly views: number;
  readonly height: number;
  readonly width: number;
}

function read(file: InstanceType<typeof h5wasm.File>, name: string): { data: Float32Array; shape: number[] } {
  const dataset = file.get(name);
  assert.ok(dataset instanceof h5wasm.Dataset && dataset.value !== null && dataset.shape !== null);
  assert.ok(dataset.value instanceof Float32Array || dataset.value instanceof Float64Array);
  return { data: Float32Array.from(dataset.value), shape: dataset.shape };
}

function stack(file: InstanceType<typeof h5wasm.File>, name: string): Stack {
  const { data, shape } = read(file, name);
  const [views = 0, height = 0, width = 0] = shape;
  return { data, views, height, width };
}

function meanFrame({ data, views, height, width }: Stack): Float32Array {
  const mean = new Float32Array(height * width);
  data.forEach((value, i) => {
    mean[i % mean.length] = (mean[i % mean.length] ?? 0) + value / views;
  });
  return mean;
}

async function zSlice(row: number, center: number): Promise<Float32Array> {
  await h5wasm.ready;
  const file = new h5wasm.File(tooth, "r");
  const projections = stack(file, "exchange/data");
  const dark = meanFrame(stack(file, "exchange/data_dark"));
  const flat = meanFrame(stack(file, "exchange/data_white"));
  const theta = read(file, "exchange/theta").data;
  file.close();
  const { width, height, views } = projections;
  const middle = { orthoX: 320, orthoY: 320, rotX: 0, rotY: 0, rotZ: 0 };
  const backprojector = new Backprojector({ ...middle, width, height, center, orthoZ: row });
  const preprocessor = new Preprocessor({ width, height }, new FlatField(dark, flat), {
    filter: "Shepp-logan",
    dezingerRadius: 0,
  });
  const filtered = new Float32Array(width * height);
  for (let view = 0; view < views; view++) {
    const raw = projections.data.subarray(view * filtered.length, (view + 1) * filtered.length);
    preprocessor.process(raw, filtered);
    backprojector.add(filtered, ((theta[view] ?? 0) * Math.PI) / 180);
  }
  return Float32Array.from(backprojector.sums.z, (value) => (value * Math.PI) / views);
}

test("the tooth: our z-slice is that of an independent filtered backprojection", {
  ...needsShared,
  ...needsPython,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tomoioc-tooth-"));
  try {
    const target = join(folder, "slice.bin");
    const outcome = await runPython(readFileSync(reference, "utf8"), { args: [tooth, "1", target] });
    assert.equal(outcome.code, 0, outcome.stderr);
    const center = Number(outcome.stdout);
    assert.ok(Math.abs(center - 295.6) < 1, `center ${center}`);
    const bytes = readFileSync(target);
    const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const actual = await zSlice(1, center);
    assert.ok(correlation(actual, expected) > 0.999, "same picture");
    const scale = Math.hypot(...sample(actual)) / Math.hypot(...sample(expected));
    assert.ok(Math.abs(scale - 1) < 0.01, `same scale, not ${scale}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Enough of a slice for its size to be compared. */
const sample = (slice: Float32Array): Float32Array => slice.filter((_, i) => i % 7 === 0);
