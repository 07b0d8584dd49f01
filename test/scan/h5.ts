import assert from "node:assert/strict";
import h5wasm from "h5wasm/node";

await h5wasm.ready;

export interface Contents {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A numeric dataset of a file. */
export function readDataset(path: string, name: string): Contents {
  const file = new h5wasm.File(path, "r");
  try {
    const dataset = file.get(name);
    assert.ok(dataset instanceof h5wasm.Dataset, `${path} has no ${name}`);
    const value = dataset.value;
    assert.ok(ArrayBuffer.isView(value) && "length" in value);
    return { shape: dataset.shape ?? [], values: Array.from(value as ArrayLike<number>, Number) };
  } finally {
    file.close();
  }
}
