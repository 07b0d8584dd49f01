import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** The functions of assembly/index.ts; pointers are byte offsets in the memory. */
export interface ReconKernels {
  integralsBlock(
    block: number,
    columns: number,
    counts: number,
    format: number,
    fields: number,
    index: number,
    rows: number,
    width: number,
  ): void;
  layField(image: number, part: number, fields: number, width: number, height: number): void;
  filterBlock(block: number, points: number, factors: number, response: number): void;
  markZingers(frame: number, marks: number, width: number, height: number, radius: number): void;
  packBlock(block: number, packed: number, scale: number, numbers: number): void;
  unpackBlock(block: number, packed: number, scale: number, numbers: number): void;
  addVertical(block: number, sums: number, table: number, from: number, to: number): void;
  copyRow(block: number, lane: number, row: number, width: number, weight: number): void;
  addFlatZ(
    row: number,
    sums: number,
    width: number,
    fromLine: number,
    toLine: number,
    center: number,
    cosine: number,
    sine: number,
  ): void;
  addTiltedZ(
    rows: number,
    sums: number,
    path: number,
    width: number,
    fromColumn: number,
    toColumn: number,
    center: number,
    cosine: number,
    sine: number,
  ): void;
  readVertical(
    first: number,
    second: number,
    out: number,
    width: number,
    height: number,
    scale: number,
  ): void;
  readTilted(first: number, second: number, out: number, width: number, scale: number): void;
  readFlat(first: number, second: number, out: number, pixels: number, scale: number): void;
  transformRows(...rows: RowsArguments): void;
  filterColumns(
    blocks: number,
    groups: number,
    rows: number,
    top: number,
    height: number,
    factors: number,
    squaresX: number,
    squaresY: number,
    scale: number,
  ): void;
  restoreRows(...rows: RowsArguments): void;
}

/** Eight rows on their way between a frame and column blocks. */
export type RowsArguments = [
  frame: number,
  width: number,
  left: number,
  count: number,
  block: number,
  columns: number,
  factors: number,
  pairs: number,
  groups: number,
  blocks: number,
  rows: number,
  row: number,
];

let compiled: WebAssembly.Module | undefined;

/**
 * The compiled kernels, once for this thread: those with fused multiplications where this Node has relaxed SIMD, which
 * Node 20 does after a flag (docs/decisions/0048-kernels-multiply-and-add-at-once.md).
 */
export function kernelModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled;
  const fused = bytesOf("reconFused");
  if (!WebAssembly.validate(fused)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  compiled = new WebAssembly.Module(WebAssembly.validate(fused) ? fused : bytesOf("recon"));
  return compiled;
}

/** The kernels without relaxed SIMD. */
export const plainKernelModule = (): WebAssembly.Module => new WebAssembly.Module(bytesOf("recon"));

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`./${name}.wasm`, import.meta.url));

/** The kernels on a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): ReconKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // WebAssembly's exports have no types of their own; these are those of the module that the build makes.
  return exports as unknown as ReconKernels;
}
