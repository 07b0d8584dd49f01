import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { tiles } from "./imageShader.js";
import { dispatch, type Kernels, type Step } from "./kernel.js";
import { whole } from "./preprocessing.js";
import { scaleShader, VIEW_BYTES } from "./sliceShaders.js";

/** The views of a batch lie this far apart: what all GPUs take as the offset of a uniform. */
export const VIEW_STRIDE = 256;

export interface SliceSetup {
  readonly device: GPUDevice;
  readonly kernels: Kernels;
  /** Pixels of the slice. */
  readonly size: ProjectionSize;
  /** Shader that adds a projection. */
  readonly code: string;
  readonly filtered: GPUBuffer;
  /** One view for each projection of a batch. */
  readonly views: GPUBuffer;
}

/** The sums of one slice on the GPU. */
export class GpuSlice {
  readonly #setup: SliceSetup;
  readonly #path: GPUBuffer;
  readonly #sums: GPUBuffer;
  readonly #values: GPUBuffer;
  readonly #scale: GPUBuffer;
  readonly #result: GPUBuffer;
  readonly #adds: readonly Step[];
  readonly #toValues: Step;

  constructor(setup: SliceSetup) {
    const { device, kernels, size, code, filtered, views } = setup;
    this.#setup = setup;
    const pixels = size.width * size.height;
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    this.#path = device.createBuffer({ size: 8 * size.width, usage: STORAGE | COPY_DST });
    this.#sums = device.createBuffer({ size: 8 * pixels, usage: STORAGE | COPY_DST });
    this.#values = device.createBuffer({ size: 4 * pixels, usage: STORAGE | COPY_SRC });
    this.#scale = device.createBuffer({ size: 4, usage: UNIFORM | COPY_DST });
    this.#result = device.createBuffer({ size: 4 * pixels, usage: MAP_READ | COPY_DST });
    const groups = tiles(size.width, size.height);
    const kernel = kernels.get(code);
    const buffers = [filtered, this.#path, this.#sums].map(whole);
    this.#adds = Array.from({ length: views.size / VIEW_STRIDE }, (_, i) =>
      kernel.step([{ buffer: views, offset: i * VIEW_STRIDE, size: VIEW_BYTES }, ...buffers], groups),
    );
    this.#toValues = kernels
      .get(scaleShader(size.width, size.height))
      .step([this.#scale, this.#sums, this.#values].map(whole), groups);
  }

  /** Begins new sums along the points of `path`, two numbers for each column. */
  begin(path: Float32Array<ArrayBuffer>, encoder: GPUCommandEncoder): void {
    this.#setup.device.queue.writeBuffer(this.#path, 0, path);
    encoder.clearBuffer(this.#sums);
  }

  /** Adds the filtered projection, seen in the view of that number. */
  add(pass: GPUComputePassEncoder, view: number): void {
    const step = this.#adds[view];
    if (step !== undefined) dispatch(pass, step);
  }

  /** Makes `scale` times the sums ready for `result`. */
  read(scale: number, encoder: GPUCommandEncoder): void {
    this.#setup.device.queue.writeBuffer(this.#scale, 0, Float32Array.of(scale));
    const pass = encoder.beginComputePass();
    dispatch(pass, this.#toValues);
    pass.end();
    encoder.copyBufferToBuffer(this.#values, 0, this.#result, 0, this.#result.size);
  }

  async result(into?: Float32Array): Promise<Float32Array> {
    await this.#result.mapAsync(GPUMapMode.READ);
    const mapped = new Float32Array(this.#result.getMappedRange());
    const values = into ?? new Float32Array(mapped.length);
    values.set(mapped);
    this.#result.unmap();
    return values;
  }

  close(): void {
    for (const buffer of [this.#path, this.#sums, this.#values, this.#scale, this.#result]) buffer.destroy();
  }
}
