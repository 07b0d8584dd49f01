import { now } from "../../libcom/epicsTime.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, float64Array, int32 } from "../asyn/driverParameter.js";
import { type NDArray, wholeAxis } from "../ndarray/ndArray.js";
import type { FourierTransform } from "./fourierTransform.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

const series = () => float64Array(new Float64Array(0));

const fftParameters = {
  FFT_TIME_AXIS: series(),
  FFT_FREQ_AXIS: series(),
  FFT_TIME_PER_POINT: float64(),
  FFT_DIRECTION: int32(),
  FFT_SUPPRESS_DC: int32(0),
  FFT_NUM_AVERAGE: int32(),
  FFT_NUM_AVERAGED: int32(1),
  FFT_RESET_AVERAGE: int32(),
  FFT_TIME_SERIES: series(),
  FFT_REAL: series(),
  FFT_IMAGINARY: series(),
  FFT_ABS_VALUE: series(),
} as const;

/** Shows the frequencies in series of numbers and in images, and their mean over several frames (NDPluginFFT). */
export class NDPluginFFT extends NDPlugin {
  readonly #params: ParametersOf<typeof fftParameters>;
  #magnitude = new Float64Array(0);
  /** The width of the frequencies' image, and what the axes were made for. */
  #frequenciesX = 0;
  #secondsPerPoint = 0;
  #numAverage = 0;
  #emitted = 0;

  constructor(setup: PluginSetup) {
    const params = makeParameters(fftParameters);
    super(setup, "NDPluginFFT", params);
    this.#params = params;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const { data: from, dimensions } = frame;
    const [x, y, ...more] = dimensions;
    if (x === undefined || more.length > 0) {
      this.log.error(`array ${frame.uniqueId} has ${dimensions.length} dimensions, not 1 or 2`);
      return;
    }
    const suppressDC = this.#params.FFT_SUPPRESS_DC.value === 1;
    const request = { from, sizeX: x.size, sizeY: y?.size ?? 1, suppressDC };
    return this.compute("fourier", request, frame, (transform) =>
      this.#publish(transform, y === undefined ? 1 : 2),
    );
  }

  #publish(transform: FourierTransform, rank: number): void {
    const { timeSeries, real, imaginary, frequenciesX } = transform;
    this.#showAxes(timeSeries.length, frequenciesX);
    this.#average(transform);
    this.#emitMagnitude(transform, rank);
    const params = this.#params;
    params.FFT_TIME_SERIES.set(timeSeries);
    params.FFT_REAL.set(real);
    params.FFT_IMAGINARY.set(imaginary);
    params.FFT_ABS_VALUE.set(this.#magnitude.slice(0, frequenciesX));
  }

  #showAxes(points: number, frequencies: number): void {
    const { FFT_TIME_PER_POINT, FFT_TIME_AXIS, FFT_FREQ_AXIS } = this.#params;
    const seconds = FFT_TIME_PER_POINT.value ?? 0;
    if (seconds === this.#secondsPerPoint && FFT_TIME_AXIS.value?.length === points) return;
    this.#secondsPerPoint = seconds;
    const hertzPerPoint = 0.5 / seconds / Math.max(1, frequencies - 1);
    FFT_TIME_AXIS.set(Float64Array.from({ length: points }, (_, index) => index * seconds));
    FFT_FREQ_AXIS.set(Float64Array.from({ length: frequencies }, (_, index) => index * hertzPerPoint));
  }

  /** The mean of the last frames, each with the weight that it has when it comes; it begins anew with another size. */
  #average({ magnitude, frequenciesX }: FourierTransform): void {
    const { FFT_RESET_AVERAGE, FFT_NUM_AVERAGE, FFT_NUM_AVERAGED } = this.#params;
    const wanted = FFT_NUM_AVERAGE.value ?? 1;
    const isNew = magnitude.length !== this.#magnitude.length || frequenciesX !== this.#frequenciesX;
    const isReset = FFT_RESET_AVERAGE.value === 1;
    if (isReset) FFT_RESET_AVERAGE.set(0);
    const count =
      isNew || isReset || wanted !== this.#numAverage ? 1 : Math.max(1, FFT_NUM_AVERAGED.value ?? 1);
    this.#numAverage = wanted;
    this.#frequenciesX = frequenciesX;
    const before = isNew ? new Float64Array(magnitude.length) : this.#magnitude;
    this.#magnitude = magnitude.map((value, index) => (before[index] ?? 0) * (1 - 1 / count) + value / count);
    FFT_NUM_AVERAGED.set(count < wanted ? count + 1 : count);
  }

  /** The mean as a frame of its own, numbered from 0, with the attributes of this plugin alone. */
  #emitMagnitude({ frequenciesX, frequenciesY }: FourierTransform, rank: number): void {
    if (this.base.ARRAY_CALLBACKS.value === 0) return;
    const time = now();
    const sizes = rank === 1 ? [frequenciesX] : [frequenciesX, frequenciesY];
    const output = this.allocate({
      uniqueId: this.#emitted++,
      timeStamp: time.seconds + time.nanoseconds / 1e9,
      epicsTimestamp: time,
      dataType: "Float64",
      dimensions: sizes.map(wholeAxis),
      attributes: [],
    });
    if (output.data instanceof Float64Array) output.data.set(this.#magnitude);
    this.emit(output);
    output.release();
  }
}
