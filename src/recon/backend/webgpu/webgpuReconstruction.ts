import type { FlatField, RawData } from "../../pipeline/darkFlat.js";
import {
  PLANES,
  type Plane,
  pathTables,
  type SliceData,
  type SliceGeometry,
} from "../../pipeline/geometry.js";
import type { PreprocessParameters, ProjectionSize } from "../../pipeline/preprocess.js";
import type { Reconstruction } from "../backend.js";
import { dispatch, type Kernels, type Step } from "./kernel.js";
import { Preprocessing } from "./preprocessing.js";
import type { CountFormat } from "./preprocessShaders.js";
import { GpuSlice, VIEW_STRIDE } from "./slice.js";
import { verticalSliceShader, zSliceShader } from "./sliceShaders.js";
import { Uploads } from "./uploads.js";

/** Projections handed to the GPU at once. */
const BATCH = 8;

/** Batches that may be under way before `add` waits. */
const MOST_UNDER_WAY = 2;

/** Counts of a projection on the GPU. */
interface Kept {
  readonly counts: GPUBuffer;
  readonly format: CountFormat;
  readonly transmission: Step;
}

interface PendingView {
  readonly kept: Kept;
  readonly thetaRadians: number;
  readonly weight: number;
  readonly planes: readonly Plane[];
}

/** Counts, filtered projections and sums stay on the GPU; projections are computed in batches. */
export class WebgpuReconstruction implements Reconstruction {
  readonly #device: GPUDevice;
  readonly #preprocessing: Preprocessing;
  readonly #uploads: Uploads;
  readonly #views: GPUBuffer;
  readonly #slices: SliceData<GpuSlice>;
  readonly #places: (Kept | undefined)[] = [];
  #center = 0;
  #pending: PendingView[] = [];
  #underWay: Promise<unknown>[] = [];
  #reading: Promise<unknown> = Promise.resolve();

  /** @throws Error when projections are too wide for this GPU */
  constructor(device: GPUDevice, kernels: Kernels, size: ProjectionSize) {
    const { width } = size;
    this.#device = device;
    this.#preprocessing = new Preprocessing(device, kernels, size);
    this.#uploads = new Uploads(device);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#views = device.createBuffer({ size: BATCH * VIEW_STRIDE, usage });
    const common = { device, kernels, filtered: this.#preprocessing.filtered, views: this.#views };
    const vertical = { ...common, size, code: verticalSliceShader(size) };
    this.#slices = {
      z: new GpuSlice({ ...common, size: { width, height: width }, code: zSliceShader(size) }),
      y: new GpuSlice(vertical),
      x: new GpuSlice(vertical),
    };
  }

  keep(place: number, raw: RawData): void {
    const before = this.#places[place];
    if (this.#pending.some(({ kept }) => kept === before)) this.#submit();
    const [format, data] = countsOf(raw);
    const kept = before?.format === format ? before : this.#replace(before, format, data.byteLength);
    this.#places[place] = kept;
    this.#uploads.write(kept.counts, data);
  }

  #replace(before: Kept | undefined, format: CountFormat, bytes: number): Kept {
    before?.counts.destroy();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const counts = this.#device.createBuffer({ size: Math.ceil(bytes / 4) * 4, usage });
    return { counts, format, transmission: this.#preprocessing.transmissionOf(counts, format) };
  }

  preprocess(fields: FlatField, parameters: PreprocessParameters): void {
    this.#submit();
    this.#preprocessing.set(fields, parameters);
  }

  begin(geometry: SliceGeometry, planes = PLANES): void {
    // New sums want nothing of what waits to be added to the old.
    this.#pending = this.#pending
      .map((view) => ({ ...view, planes: view.planes.filter((plane) => !planes.includes(plane)) }))
      .filter((view) => view.planes.length > 0);
    this.#center = geometry.center;
    const encoder = this.#device.createCommandEncoder();
    for (const plane of planes) this.#slices[plane].begin(pairs(...pathTables(geometry, plane)), encoder);
    this.#device.queue.submit([encoder.finish()]);
  }

  add(place: number, thetaRadians: number, weight: 1 | -1, planes = PLANES): void | Promise<void> {
    const kept = this.#places[place];
    if (kept === undefined) throw new Error(`no projection at place ${place}`);
    this.#pending.push({ kept, thetaRadians, weight, planes });
    if (this.#pending.length >= BATCH) this.#submit();
    if (this.#underWay.length > MOST_UNDER_WAY) return this.#whenFewUnderWay();
  }

  #submit(): void {
    if (this.#pending.length === 0) return;
    const views = new Float32Array(this.#pending.length * (VIEW_STRIDE / Float32Array.BYTES_PER_ELEMENT));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.#pending.forEach(({ kept, thetaRadians, weight, planes }, i) => {
      const view = [Math.cos(thetaRadians), Math.sin(thetaRadians), weight, this.#center];
      views.set(view, (i * VIEW_STRIDE) / Float32Array.BYTES_PER_ELEMENT);
      dispatch(pass, kept.transmission);
      for (const step of this.#preprocessing.steps) dispatch(pass, step);
      for (const plane of planes) this.#slices[plane].add(pass, i);
    });
    pass.end();
    this.#device.queue.writeBuffer(this.#views, 0, views);
    this.#device.queue.submit([encoder.finish()]);
    this.#pending = [];
    // A device that is lost says so where slices are read.
    this.#underWay.push(this.#device.queue.onSubmittedWorkDone().catch(() => {}));
  }

  async #whenFewUnderWay(): Promise<void> {
    while (this.#underWay.length > MOST_UNDER_WAY) await this.#underWay.shift();
  }

  read(scales: SliceData<number>, into?: SliceData<Float32Array>): Promise<SliceData<Float32Array>> {
    this.#submit();
    const { z, y, x } = this.#slices;
    const encoder = this.#device.createCommandEncoder();
    for (const plane of PLANES) this.#slices[plane].read(scales[plane], encoder);
    this.#device.queue.submit([encoder.finish()]);
    const reading = Promise.all([z.result(into?.z), y.result(into?.y), x.result(into?.x)]).then(
      ([z, y, x]) => ({ z, y, x }),
    );
    this.#reading = reading.catch(() => {});
    return reading;
  }

  /** Buffers go once nothing is done with them: a promise of the GPU that is left behind ends the whole process. */
  async close(): Promise<void> {
    this.#pending = [];
    await Promise.all([this.#reading, ...this.#underWay, this.#uploads.close()]);
    for (const plane of PLANES) this.#slices[plane].close();
    for (const kept of this.#places.splice(0)) kept?.counts.destroy();
    this.#preprocessing.close();
    this.#views.destroy();
  }
}

/** Counts as bytes of a format that the shaders know; others become floats. */
function countsOf(raw: RawData): [CountFormat, Uint8Array] {
  const bytes = (data: ArrayBufferView): Uint8Array =>
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (raw instanceof Uint8Array) return ["u8", raw];
  if (raw instanceof Uint16Array) return ["u16", bytes(raw)];
  return ["f32", bytes(raw instanceof Float32Array ? raw : Float32Array.from(raw))];
}

const pairs = (first: Float64Array, second: Float64Array): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: 2 * first.length }, (_, i) => (i % 2 === 0 ? first : second)[i >> 1] ?? 0);
