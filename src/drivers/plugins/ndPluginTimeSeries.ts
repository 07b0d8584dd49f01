import { now } from "../../libcom/epicsTime.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { DriverParameter, float64, float64Array, int32 } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import { fillPixels, type NDArray, type NDDataType, wholeAxis } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { SignalRing } from "./signalRing.js";

const series = () => float64Array(new Float64Array(0));

const timeSeriesParameters = {
  TS_ACQUIRE: int32(0),
  TS_READ: int32(0),
  TS_NUM_POINTS: int32(2048),
  TS_CURRENT_POINT: int32(0),
  TS_TIME_PER_POINT: float64(),
  TS_AVERAGING_TIME: float64(),
  TS_NUM_AVERAGE: int32(1),
  TS_ELAPSED_TIME: float64(0),
  TS_ACQUIRE_MODE: int32(),
  TS_TIME_AXIS: series(),
  TS_TIMESTAMP: series(),
} as const;

/** The parameter that each signal has at its own address. */
const TIME_SERIES = "TS_TIME_SERIES";

const CIRCULAR = 1;

/**
 * Collects what comes as arrays of one value per signal, or of signals by times, over time (NDPluginTimeSeries). Each signal is at its
 * own asyn address, all of them together at the address after the last.
 */
export class NDPluginTimeSeries extends NDPlugin {
  readonly #params: ParametersOf<typeof timeSeriesParameters>;
  readonly #signals: readonly DriverParameter<"Float64Array">[];
  readonly #maximumSignals: number;
  #ring: SignalRing;
  #dataType: NDDataType = "Float64";
  #inputSignals: number;
  #startedMs = performance.now();
  /** What was asked for; the parameter shows the whole number of samples that it comes to. */
  #averagingSeconds = 1;
  #emitted = 0;

  constructor(setup: PluginSetup, maximumSignals: number) {
    const params = makeParameters(timeSeriesParameters);
    super(setup, "NDPluginTimeSeries", params);
    this.#params = params;
    this.#maximumSignals = Math.max(1, maximumSignals);
    this.#inputSignals = this.#maximumSignals;
    this.#signals = Array.from(
      { length: this.#maximumSignals },
      () => new DriverParameter(TIME_SERIES, series()),
    );
    this.#ring = this.#newRing();
    params.TS_NUM_POINTS.handleWrites((points) => Math.max(1, points));
    params.TS_NUM_POINTS.written$.subscribe(() => this.#restart());
    params.TS_ACQUIRE_MODE.written$.subscribe(() => this.#restart());
    params.TS_ACQUIRE.written$.subscribe((on) => (on === 0 ? this.#publish() : this.#reset()));
    params.TS_READ.written$.subscribe(() => this.#publish());
    params.TS_TIME_PER_POINT.written$.subscribe(() => this.#average());
    params.TS_AVERAGING_TIME.handleWrites((seconds) => {
      this.#averagingSeconds = seconds;
    });
    params.TS_AVERAGING_TIME.written$.subscribe(() => this.#average());
  }

  override parameter(name: string, address = 0): Parameter | undefined {
    return name === TIME_SERIES ? this.#signals[address] : super.parameter(name);
  }

  protected override process(frame: NDArray): void {
    const [signals, times, ...more] = frame.dimensions;
    if (signals === undefined || more.length > 0) {
      this.log.error(`array ${frame.uniqueId} has ${frame.dimensions.length} dimensions, not 1 or 2`);
      return;
    }
    if (frame.dataType !== this.#dataType || signals.size !== this.#inputSignals) {
      this.#dataType = frame.dataType;
      this.#inputSignals = signals.size;
      this.#restart();
    }
    if (this.#params.TS_ACQUIRE.value === 1) this.#collect(frame, times?.size ?? 1);
  }

  #collect({ data, timeStamp }: NDArray, times: number): void {
    const params = this.#params;
    let isFull = false;
    for (let time = 0; time < times && !isFull; time++) {
      const start = time * this.#inputSignals;
      const sample = (signal: number) => Number(data[start + signal] ?? 0);
      isFull = this.#ring.add(sample, params.TS_NUM_AVERAGE.value ?? 1, timeStamp);
    }
    setIfChanged(params.TS_CURRENT_POINT, this.#ring.current);
    params.TS_ELAPSED_TIME.set((performance.now() - this.#startedMs) / 1000);
    if (!isFull) return;
    params.TS_ACQUIRE.set(0);
    this.#publish();
  }

  #newRing(): SignalRing {
    const { TS_NUM_POINTS, TS_ACQUIRE_MODE } = this.#params;
    return new SignalRing(
      Math.min(this.#inputSignals, this.#maximumSignals),
      TS_NUM_POINTS.value ?? 1,
      TS_ACQUIRE_MODE.value === CIRCULAR ? "circular" : "fixed",
      this.#dataType,
    );
  }

  #reset(): void {
    this.#ring = this.#newRing();
    this.#startedMs = performance.now();
    setIfChanged(this.#params.TS_CURRENT_POINT, 0);
  }

  #restart(): void {
    this.#reset();
    this.#showAxis();
  }

  /** How many samples make a point. */
  #average(): void {
    const { TS_TIME_PER_POINT, TS_AVERAGING_TIME, TS_NUM_AVERAGE } = this.#params;
    const perSample = TS_TIME_PER_POINT.value ?? 0;
    const samples = perSample === 0 ? 1 : Math.max(1, Math.trunc(this.#averagingSeconds / perSample + 0.5));
    TS_NUM_AVERAGE.set(samples);
    TS_AVERAGING_TIME.set(perSample === 0 ? this.#averagingSeconds : perSample * samples);
    this.#showAxis();
  }

  /** Times from the first point of a fixed series, or back from the last of a circular one. */
  #showAxis(): void {
    const { TS_NUM_POINTS, TS_ACQUIRE_MODE, TS_AVERAGING_TIME, TS_TIME_AXIS } = this.#params;
    const points = TS_NUM_POINTS.value ?? 1;
    const first = TS_ACQUIRE_MODE.value === CIRCULAR ? 1 - points : 0;
    const step = TS_AVERAGING_TIME.value ?? 0;
    TS_TIME_AXIS.set(Float64Array.from({ length: points }, (_, index) => (first + index) * step));
  }

  #publish(): void {
    const ring = this.#ring;
    const all = Array.from({ length: ring.signals }, (_, signal) => ring.series(signal));
    all.forEach((values, signal) => {
      this.#signals[signal]?.set(values);
    });
    this.#params.TS_TIMESTAMP.set(ring.times());
    if (this.base.ARRAY_CALLBACKS.value === 0) return;
    this.#emitSeries(ring.signals, all);
    all.forEach((values, signal) => {
      this.#emitSeries(signal, [values]);
    });
    this.#emitted += 1;
  }

  /** Hands signals on as an array of points by signals; points that a fixed series does not have yet are 0. */
  #emitSeries(address: number, signals: readonly Float64Array[]): void {
    if (!this.output.isHeard(address)) return;
    const { points } = this.#ring;
    const time = now();
    const array = this.pool.allocate({
      uniqueId: this.#emitted,
      timeStamp: time.seconds + time.nanoseconds * 1e-9,
      epicsTimestamp: time,
      dataType: this.#dataType,
      dimensions: signals.length === 1 ? [wholeAxis(points)] : [wholeAxis(points), wholeAxis(signals.length)],
      attributes: [],
    });
    if (array === undefined) return;
    fillPixels(array.data, (index) => signals[Math.floor(index / points)]?.[index % points] ?? 0);
    this.output.sendTo(address, array);
    array.release();
  }
}
