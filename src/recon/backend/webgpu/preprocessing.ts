import type { FlatField } from "../../pipeline/darkFlat.js";
import { filterResponse } from "../../pipeline/filters.js";
import { type PhaseRetrieval, phasePlan } from "../../pipeline/paganin.js";
import type { PreprocessParameters, ProjectionSize } from "../../pipeline/preprocess.js";
import { fitsWorkgroup, POINTS_PER_THREAD, twiddles } from "./fftShader.js";
import { tiles } from "./imageShader.js";
import type { Kernels, Step } from "./kernel.js";
import { columnsShader, rowsForwardShader, rowsInverseShader } from "./paganinShaders.js";
import { type CountFormat, dezingerShader, filterShader, transmissionShader } from "./preprocessShaders.js";

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Rows are padded with zeros to the next power of two of at least twice their width. */
export const filterPoints = (width: number): number =>
  Math.max(POINTS_PER_THREAD, 2 ** Math.ceil(Math.log2(2 * width)));

/** From counts to filtered line integrals on the GPU: the buffers between the shaders, and the order of these. */
export class Preprocessing {
  /** What `steps` leave: height rows of width pixels. */
  readonly filtered: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #kernels: Kernels;
  readonly #size: ProjectionSize;
  readonly #dark: GPUBuffer;
  readonly #gain: GPUBuffer;
  readonly #transmission: GPUBuffer;
  readonly #response: GPUBuffer;
  readonly #twiddles: GPUBuffer;
  #ofParameters: GPUBuffer[] = [];
  #steps: readonly Step[] = [];

  constructor(device: GPUDevice, kernels: Kernels, size: ProjectionSize) {
    this.#device = device;
    this.#kernels = kernels;
    this.#size = size;
    const pixels = size.width * size.height;
    const points = filterPoints(size.width);
    this.#checkLine(points);
    this.#dark = this.#buffer(pixels);
    this.#gain = this.#buffer(pixels);
    this.#transmission = this.#buffer(pixels);
    this.filtered = this.#buffer(pixels);
    this.#response = this.#buffer(points);
    this.#twiddles = this.#filled(twiddles(points));
  }

  /** What follows the transmission of a projection, in order. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  set(fields: FlatField, parameters: PreprocessParameters): void {
    const points = filterPoints(this.#size.width);
    const { queue } = this.#device;
    queue.writeBuffer(this.#dark, 0, Float32Array.from(fields.dark));
    queue.writeBuffer(this.#gain, 0, Float32Array.from(fields.gain));
    const response = filterResponse(parameters.filter, points).map((value) => value / points);
    queue.writeBuffer(this.#response, 0, Float32Array.from(response));
    for (const buffer of this.#ofParameters.splice(0)) buffer.destroy();
    const { dezingerRadius, phase } = parameters;
    const cleaned =
      dezingerRadius > 0 ? this.#ofThese(this.#size.width * this.#size.height) : this.#transmission;
    const dezinger = dezingerRadius > 0 ? [this.#dezinger(cleaned, dezingerRadius)] : [];
    const retrieval = phase === undefined ? [] : this.#phase(cleaned, phase);
    this.#steps = [...dezinger, ...retrieval, this.#filter(cleaned, points)];
  }

  /** Counts in a buffer to transmission, which `steps` go on from. */
  transmissionOf(counts: GPUBuffer, format: CountFormat): Step {
    const kernel = this.#kernels.get(transmissionShader(this.#size, format));
    const buffers = [counts, this.#dark, this.#gain, this.#transmission];
    return kernel.step(buffers.map(whole), this.#tiles);
  }

  close(): void {
    const { filtered } = this;
    for (const buffer of [
      this.#dark,
      this.#gain,
      this.#transmission,
      filtered,
      this.#response,
      this.#twiddles,
    ])
      buffer.destroy();
    for (const buffer of this.#ofParameters.splice(0)) buffer.destroy();
  }

  get #tiles(): readonly [number, number] {
    return tiles(this.#size.width, this.#size.height);
  }

  #dezinger(cleaned: GPUBuffer, radius: number): Step {
    const kernel = this.#kernels.get(dezingerShader(this.#size, radius));
    return kernel.step([this.#transmission, cleaned].map(whole), this.#tiles);
  }

  #filter(transmission: GPUBuffer, points: number): Step {
    const kernel = this.#kernels.get(filterShader(this.#size, points));
    const buffers = [this.#twiddles, this.#response, transmission, this.filtered];
    return kernel.step(buffers.map(whole), [Math.ceil(this.#size.height / 2), 1]);
  }

  #phase(transmission: GPUBuffer, phase: PhaseRetrieval): Step[] {
    const least = phasePlan(this.#size, phase);
    const columns = Math.max(least.columns, POINTS_PER_THREAD);
    const rows = Math.max(least.rows, POINTS_PER_THREAD);
    const plan = { ...least, columns, rows };
    this.#checkLine(Math.max(columns, rows));
    const spectrum = this.#ofThese(2 * columns * rows);
    const horizontal = this.#ofThese(2 * columns, twiddles(columns));
    const vertical = this.#ofThese(2 * rows, twiddles(rows));
    const step = (code: string, buffers: readonly GPUBuffer[], groups: number): Step =>
      this.#kernels.get(code).step(buffers.map(whole), [groups, 1]);
    const size = this.#size;
    return [
      step(rowsForwardShader(size, plan), [horizontal, transmission, spectrum], rows),
      step(columnsShader(plan), [vertical, spectrum], columns),
      step(rowsInverseShader(size, plan), [horizontal, spectrum, transmission], size.height),
    ];
  }

  /** @throws Error when the GPU has too little workgroup memory for a line */
  #checkLine(points: number): void {
    if (!fitsWorkgroup(points, this.#device.limits))
      throw new Error(`lines of ${points} points are too long for this GPU`);
  }

  #buffer(floats: number): GPUBuffer {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    return this.#device.createBuffer({ size: floats * FLOAT_BYTES, usage });
  }

  #filled(data: Float32Array): GPUBuffer {
    const buffer = this.#buffer(data.length);
    this.#device.queue.writeBuffer(buffer, 0, Float32Array.from(data));
    return buffer;
  }

  /** A buffer that lives until the parameters change. */
  #ofThese(floats: number, data?: Float32Array): GPUBuffer {
    const buffer = data === undefined ? this.#buffer(floats) : this.#filled(data);
    this.#ofParameters.push(buffer);
    return buffer;
  }
}

export const whole = (buffer: GPUBuffer): GPUBufferBinding => ({ buffer });
