import { readFileSync } from "node:fs";

/** The functions of assembly/index.ts; pointers are byte offsets in the memory. */
export interface ReconKernels {
  integralsBlock(
    block: number,
    columns: number,
    counts: number,
    format: number,
    dark: number,
    gain: number,
    rows: number,
    width: number,
  ): void;
  filterBlock(block: number, points: number, factors: number, response: number): void;
  addVertical(block: number, sums: number, table: number, from: number, to: number): void;
  copyRow(block: number, lane: number, row: number, width: number): void;
  addFlatZ(
    row: number,
    sums: number,
    width: number,
    fromLine: number,
    toLine: number,
    center: number,
    cosine: number,
    sine: number,
    weight: number,
  ): void;
  addTiltedZ(
    filtered: number,
    sums: number,
    path: number,
    width: number,
    height: number,
    fromLine: number,
    toLine: number,
    center: number,
    cosine: number,
    sine: number,
    weight: number,
  ): void;
  readVertical(
    first: number,
    second: number,
    out: number,
    width: number,
    height: number,
    scale: number,
  ): void;
  readFlat(first: number, second: number, out: number, pixels: number, scale: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernels, once for this thread. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("./recon.wasm", import.meta.url)));
  return compiled;
}

/** The kernels on a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): ReconKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // WebAssembly's exports have no types of their own; these are those of the module that the build makes.
  return exports as unknown as ReconKernels;
}
