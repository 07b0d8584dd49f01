import type { GPU } from "gpu.js";
import {
  type SliceData,
  type SliceGeometry,
  type SlicePath,
  xSlicePath,
  ySlicePath,
  zSlicePath,
} from "../../pipeline/geometry.js";
import type { Accumulate, SliceAccumulator } from "../host/accumulator.js";
import { addToVertical, addToZ, type KernelConstants } from "./gpuJsKernels.js";

/** Sums of one slice where gpu.js keeps them: on the device, or rows in memory in its CPU mode. */
type DeviceImage = Float32Array[] | { toArray(): Float32Array[] | Promise<Float32Array[]>; delete(): void };

/** A compiled kernel of gpuJsKernels.ts. WebGPU answers with promises, the CPU mode at once. */
type BatchKernel = (
  previous: DeviceImage,
  projections: Float32Array,
  cosines: Float32Array,
  sines: Float32Array,
  weights: Float32Array,
  along: Float32Array,
  across: Float32Array,
  center: number,
) => DeviceImage | Promise<DeviceImage>;

interface Kernels extends KernelConstants {
  readonly z: BatchKernel;
  readonly vertical: BatchKernel;
}

/** Projections are handed over in batches of at most this size, so that a batch fits one WebGPU storage buffer. */
const BATCH_BYTES = 64 * 1024 * 1024;
const LARGEST_BATCH = 8;

/** Backprojection by gpu.js kernels, in whichever mode `gpu` was made with. */
export function gpuJsAccumulate(gpu: GPU): Accumulate {
  const compiled = new Map<string, Kernels>();
  return (geometry) => {
    const key = `${geometry.width}x${geometry.height}`;
    const kernels = compiled.get(key) ?? compile(gpu, geometry);
    compiled.set(key, kernels);
    return new GpuJsAccumulator(geometry, kernels);
  };
}

function compile(gpu: GPU, { width, height }: SliceGeometry): Kernels {
  const projectionBytes = width * height * Float32Array.BYTES_PER_ELEMENT;
  const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_BYTES / projectionBytes)));
  const constants: KernelConstants = { width, height, batch };
  const settings = { constants, pipeline: true, immutable: true };
  // gpu.js's types know neither promises nor images on the device.
  const kernel = (source: typeof addToZ | typeof addToVertical, output: number[]): BatchKernel =>
    gpu.createKernel(source.toString(), { ...settings, output }) as unknown as BatchKernel;
  return {
    ...constants,
    z: kernel(addToZ, [width, width]),
    vertical: kernel(addToVertical, [width, height]),
  };
}

/** One slice: its sums, and how to add a batch to them. */
class GpuSlice {
  readonly #kernel: BatchKernel;
  readonly #along: Float32Array;
  readonly #across: Float32Array;
  #sums: DeviceImage;

  constructor(kernel: BatchKernel, along: Float64Array, across: Float64Array, rows: number) {
    this.#kernel = kernel;
    this.#along = Float32Array.from(along);
    this.#across = Float32Array.from(across);
    this.#sums = Array.from({ length: rows }, () => new Float32Array(along.length));
  }

  async add(batch: Batch, center: number): Promise<void> {
    const { projections, cosines, sines, weights } = batch;
    const before = this.#sums;
    const tables = [this.#along, this.#across] as const;
    this.#sums = await this.#kernel(before, projections, cosines, sines, weights, ...tables, center);
    if ("delete" in before) before.delete();
  }

  async read(scale: number): Promise<Float32Array> {
    const rows = "toArray" in this.#sums ? await this.#sums.toArray() : this.#sums;
    const out = new Float32Array(rows.length * this.#along.length);
    for (const [y, row] of rows.entries()) out.set(row, y * row.length);
    return out.map((value) => value * scale);
  }

  close(): void {
    if ("delete" in this.#sums) this.#sums.delete();
    this.#sums = [];
  }
}

/** Projections gathered for one call; places not taken have weight 0. */
class Batch {
  readonly projections: Float32Array;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
  readonly weights: Float32Array;
  readonly #pixels: number;
  #count = 0;

  constructor({ width, height, batch }: KernelConstants) {
    this.#pixels = width * height;
    this.projections = new Float32Array(batch * this.#pixels);
    this.cosines = new Float32Array(batch);
    this.sines = new Float32Array(batch);
    this.weights = new Float32Array(batch);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count === this.weights.length;
  }

  add(filtered: Float32Array, thetaRadians: number, weight: number): void {
    this.projections.set(filtered, this.#count * this.#pixels);
    this.cosines[this.#count] = Math.cos(thetaRadians);
    this.sines[this.#count] = Math.sin(thetaRadians);
    this.weights[this.#count] = weight;
    this.#count += 1;
  }

  clear(): void {
    this.weights.fill(0);
    this.#count = 0;
  }
}

/** Calls run one after the other: closing waits for the kernels that are under way. */
class GpuJsAccumulator implements SliceAccumulator {
  readonly #center: number;
  readonly #slices: SliceData<GpuSlice>;
  readonly #batch: Batch;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(geometry: SliceGeometry, kernels: Kernels) {
    const { width, height } = geometry;
    const vertical = (path: SlicePath): GpuSlice =>
      new GpuSlice(kernels.vertical, path.alongX, path.alongY, height);
    const { alongX, rows } = zSlicePath(geometry);
    this.#center = geometry.center;
    this.#batch = new Batch(kernels);
    this.#slices = {
      z: new GpuSlice(kernels.z, alongX, rows, width),
      y: vertical(ySlicePath(geometry)),
      x: vertical(xSlicePath(geometry)),
    };
  }

  add(filtered: Float32Array, thetaRadians: number, weight: 1 | -1): Promise<void> {
    return this.#next(async () => {
      this.#batch.add(filtered, thetaRadians, weight);
      if (this.#batch.isFull) await this.#flush();
    });
  }

  read(scale: number): Promise<SliceData<Float32Array>> {
    return this.#next(async () => {
      await this.#flush();
      const { z, y, x } = this.#slices;
      return { z: await z.read(scale), y: await y.read(scale), x: await x.read(scale) };
    });
  }

  close(): void {
    void this.#next(async () => {
      for (const slice of Object.values(this.#slices)) slice.close();
    });
  }

  async #flush(): Promise<void> {
    if (this.#batch.isEmpty) return;
    const { z, y, x } = this.#slices;
    for (const slice of [z, y, x]) await slice.add(this.#batch, this.#center);
    this.#batch.clear();
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#underWay.then(job);
    this.#underWay = done.catch(() => {});
    return done;
  }
}
