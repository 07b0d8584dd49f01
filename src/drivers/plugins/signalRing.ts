import { isWholeNumberType, type NDDataType } from "../ndarray/ndArray.js";

/** How many points are kept, and whether collecting ends with the last or goes on over the oldest. */
export type SignalRingMode = "fixed" | "circular";

/** Several signals over time, each point the mean of so many samples. */
export class SignalRing {
  readonly signals: number;
  readonly points: number;
  readonly #mode: SignalRingMode;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  readonly #sums: Float64Array;
  readonly #isWhole: boolean;
  #samples = 0;
  #current = 0;

  constructor(signals: number, points: number, mode: SignalRingMode, dataType: NDDataType) {
    this.signals = signals;
    this.points = points;
    this.#mode = mode;
    this.#values = new Float64Array(signals * points);
    this.#times = new Float64Array(points);
    this.#sums = new Float64Array(signals);
    this.#isWhole = isWholeNumberType(dataType);
  }

  /** The point that comes next. */
  get current(): number {
    return this.#current;
  }

  /** Takes one sample of every signal. True when it was the last that a fixed series has room for. */
  add(sample: (signal: number) => number, samplesPerPoint: number, time: number): boolean {
    for (let signal = 0; signal < this.signals; signal++)
      this.#sums[signal] = (this.#sums[signal] ?? 0) + sample(signal);
    this.#samples += 1;
    if (this.#samples < samplesPerPoint) return false;
    for (let signal = 0; signal < this.signals; signal++) {
      const mean = (this.#sums[signal] ?? 0) / this.#samples;
      this.#values[signal * this.points + this.#current] = this.#isWhole ? Math.trunc(mean) : mean;
    }
    this.#sums.fill(0);
    this.#samples = 0;
    this.#times[this.#current] = time;
    this.#current += 1;
    if (this.#current < this.points) return false;
    if (this.#mode === "circular") this.#current = 0;
    return this.#mode === "fixed";
  }

  /** What was collected of a signal, oldest first; a circular series has always all its points. */
  series(signal: number): Float64Array {
    return this.#inOrder(this.#values.subarray(signal * this.points, (signal + 1) * this.points));
  }

  /** When each point was taken. */
  times(): Float64Array {
    return this.#inOrder(this.#times);
  }

  #inOrder(points: Float64Array): Float64Array {
    if (this.#mode === "fixed") return points.slice(0, this.#current);
    const ordered = new Float64Array(points.length);
    ordered.set(points.subarray(this.#current));
    ordered.set(points.subarray(0, this.#current), points.length - this.#current);
    return ordered;
  }
}
