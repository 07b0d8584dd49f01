/** Lets through so many bytes per second on average, with a burst of one second's worth. */
export class ByteRateLimit {
  #rate = 0;
  #available = 0;
  #lastMs = 0;

  /** Whether `bytes` may pass at `nowMs`; with a rate of 0 everything may. */
  admits(bytes: number, rate: number, nowMs: number): boolean {
    if (rate <= 0) return true;
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#available = rate;
    } else this.#available = Math.min(rate, this.#available + ((nowMs - this.#lastMs) / 1000) * rate);
    this.#lastMs = nowMs;
    if (bytes > this.#available) return false;
    this.#available -= bytes;
    return true;
  }
}
