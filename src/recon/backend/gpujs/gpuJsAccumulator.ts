import type { GPU } from "gpu.js";
import {
  onEachPlane,
  PLANES,
  type Plane,
  pathTables,
  type SliceData,
  type SliceGeometry,
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

  async add({ projections, cosines, sines }: Batch, weights: Float32Array, center: number): Promise<void> {
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

function newSlice({ z, vertical }: Kernels, geometry: SliceGeometry, plane: Plane): GpuSlice {
  const tables = pathTables(geometry, plane);
  return plane === "z"
    ? new GpuSlice(z, ...tables, geometry.width)
    : new GpuSlice(vertical, ...tables, geometry.height);
}

/** Projections gathered for one call. Their weight is 0 on planes that do not want them, as is that of places not taken. */
class Batch {
  readonly projections: Float32Array;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
  readonly weights: SliceData<Float32Array>;
  readonly #pixels: number;
  #count = 0;

  constructor({ width, height, batch }: KernelConstants) {
    this.#pixels = width * height;
    this.projections = new Float32Array(batch * this.#pixels);
    this.cosines = new Float32Array(batch);
    this.sines = new Float32Array(batch);
    this.weights = onEachPlane(() => new Float32Array(batch));
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count === this.cosines.length;
  }

  add(filtered: Float32Array, thetaRadians: number, weight: number, planes: readonly Plane[]): void {
    this.projections.set(filtered, this.#count * this.#pixels);
    this.cosines[this.#count] = Math.cos(thetaRadians);
    this.sines[this.#count] = Math.sin(thetaRadians);
    for (const plane of planes) this.weights[plane][this.#count] = weight;
    this.#count += 1;
  }

  /** Some planes do not want any more what was gathered for them. */
  leaveOut(planes: readonly Plane[]): void {
    for (const plane of planes) this.weights[plane].fill(0);
  }

  clear(): void {
    this.leaveOut(PLANES);
    this.#count = 0;
  }
}

/** Calls run one after the other: closing waits for the kernels that are under way. */
class GpuJsAccumulator implements SliceAccumulator {
  readonly #kernels: Kernels;
  #center: number;
  #slices: SliceData<GpuSlice>;
  readonly #batch: Batch;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(geometry: SliceGeometry, kernels: Kernels) {
    this.#kernels = kernels;
    this.#center = geometry.center;
    this.#batch = new Batch(kernels);
    this.#slices = onEachPlane((plane) => newSlice(kernels, geometry, plane));
  }

  begin(geometry: SliceGeometry, planes: readonly Plane[]): void {
    void this.#next(async () => {
      const before = this.#slices;
      for (const plane of planes) before[plane].close();
      this.#batch.leaveOut(planes);
      this.#center = geometry.center;
      this.#slices = onEachPlane((plane) =>
        planes.includes(plane) ? newSlice(this.#kernels, geometry, plane) : before[plane],
      );
    });
  }

  add(filtered: Float32Array, thetaRadians: number, weight: 1 | -1, planes: readonly Plane[]): Promise<void> {
    return this.#next(async () => {
      this.#batch.add(filtered, thetaRadians, weight, planes);
      if (this.#batch.isFull) await this.#flush();
    });
  }

  read(scales: SliceData<number>): Promise<SliceData<Float32Array>> {
    return this.#next(async () => {
      await this.#flush();
      const { z, y, x } = this.#slices;
      return { z: await z.read(scales.z), y: await y.read(scales.y), x: await x.read(scales.x) };
    });
  }

  close(): void {
    void this.#next(async () => {
      for (const slice of Object.values(this.#slices)) slice.close();
    });
  }

  async #flush(): Promise<void> {
    if (this.#batch.isEmpty) return;
    for (const plane of PLANES) {
      const weights = this.#batch.weights[plane];
      if (weights.some((weight) => weight !== 0))
        await this.#slices[plane].add(this.#batch, weights, this.#center);
    }
    this.#batch.clear();
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#underWay.then(job);
    this.#underWay = done.catch(() => {});
    return done;
  }
}
