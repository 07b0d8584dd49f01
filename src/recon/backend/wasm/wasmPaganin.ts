import { Fft } from "../../../libcom/fft.js";
import { type PhaseRetrieval, paganin, phasePlan } from "../../pipeline/paganin.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { instantiate, kernelModule, type RowsArguments } from "./kernels.js";
import { BLOCK_ROWS, COLUMN_BYTES } from "./layout.js";

const PAGE = 65_536;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Kernels read and write a few pixels beyond what they are given. */
const SLACK = 256;

/** Columns that are transformed together. */
const LANES = 4;

/** Fewer points than this are left to the reference. */
const LEAST_POINTS = 16;

/** `paganin` by the kernels, in memory of its own. */
export function wasmPaganin(
  size: ProjectionSize,
  phase: PhaseRetrieval,
  module: WebAssembly.Module = kernelModule(),
): (frame: Float32Array) => void {
  const { columns, rows, strength } = phasePlan(size, phase);
  if (Math.min(columns, rows) < LEAST_POINTS) return paganin(size, phase);
  const { width, height } = size;
  const groups = Math.ceil((columns / 2 + 1) / LANES);
  let bytes = SLACK;
  const take = (length: number): number => {
    const start = bytes;
    bytes = Math.ceil((start + length + SLACK) / SLACK) * SLACK;
    return start;
  };
  const at = {
    frame: take(width * height * FLOAT),
    block: take(columns * COLUMN_BYTES),
    blocks: take(groups * rows * COLUMN_BYTES),
    pairs: take(groups * LANES * 2 * FLOAT),
    horizontalRoots: take(columns * 2 * FLOAT),
    verticalRoots: take(rows * 2 * FLOAT),
    squaresX: take(groups * LANES * FLOAT),
    squaresY: take(rows * FLOAT),
  };
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: PAGE, shared: true });
  const kernels = instantiate(module, memory);
  const floats = (offset: number, length: number): Float32Array =>
    new Float32Array(memory.buffer, offset, length);

  const places = bitReversed(columns);
  const pairs = new Uint32Array(memory.buffer, at.pairs, groups * LANES * 2);
  const squaresX = floats(at.squaresX, groups * LANES);
  const squared = (k: number, count: number): number => strength * (Math.min(k, count - k) / count) ** 2;
  for (let i = 0; i < groups * LANES; i++) {
    // The last group repeats the highest frequency.
    const k = Math.min(i, columns / 2);
    pairs[2 * i] = (places[k] ?? 0) * COLUMN_BYTES;
    pairs[2 * i + 1] = (places[(columns - k) % columns] ?? 0) * COLUMN_BYTES;
    squaresX[i] = squared(k, columns);
  }
  floats(at.squaresY, rows).set(Array.from(new Fft(rows).order, (k) => squared(k, rows)));
  floats(at.horizontalRoots, 2 * columns).set(rootsOf(columns));
  floats(at.verticalRoots, 2 * rows).set(rootsOf(rows));

  const left = (columns - width) >> 1;
  const top = (rows - height) >> 1;
  const own = floats(at.frame, width * height);
  const eachRows = (act: (...rows: RowsArguments) => void): void => {
    for (let row = 0; row < height; row += BLOCK_ROWS) {
      const pixels = at.frame + row * width * FLOAT;
      const count = Math.min(BLOCK_ROWS, height - row);
      const tables = [at.block, columns, at.horizontalRoots, at.pairs, groups] as const;
      act(pixels, width, left, count, ...tables, at.blocks, rows, top + row);
    }
  };
  return (frame) => {
    own.set(frame);
    eachRows(kernels.transformRows);
    const { blocks, verticalRoots: roots } = at;
    const scale = 1 / (rows * columns);
    kernels.filterColumns(blocks, groups, rows, top, height, roots, at.squaresX, at.squaresY, scale);
    eachRows(kernels.restoreRows);
    frame.set(own);
  };
}

/** Where a transform leaves each frequency. */
function bitReversed(points: number): Uint32Array {
  const places = new Uint32Array(points);
  for (const [place, frequency] of new Fft(points).order.entries()) places[frequency] = place;
  return places;
}

/** Powers of exp(-2 pi i / points) as real and imaginary parts. */
const rootsOf = (points: number): Float32Array =>
  Float32Array.from({ length: 2 * points }, (_, i) => {
    const angle = (-2 * Math.PI * (i >> 1)) / points;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
