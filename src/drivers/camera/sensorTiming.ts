import { type CameraParameters, TriggerOverlap } from "./cameraParameters.js";

/** The sensor's readout of one row, from 162 frames of 2048 rows per second. */
const ROW_READOUT_SECONDS = 1 / 162 / 2048;
const SHORTEST_EXPOSURE_SECONDS = 1e-5;

/** How fast frames can follow one another; keeps exposure, period and rate within what the sensor can do. */
export class SensorTiming {
  readonly #params: CameraParameters;

  constructor(params: CameraParameters) {
    this.#params = params;
    params.ACQ_TIME.handleWrites((seconds) => Math.max(seconds, SHORTEST_EXPOSURE_SECONDS));
    params.ACQ_PERIOD.handleWrites((seconds) => {
      const period = Math.max(seconds, 0);
      params.GC_FRAMERATE.set(period > 0 ? Math.min(1 / period, this.#highestRate) : this.#highestRate);
      return period;
    });
    params.GC_FRAMERATE.handleWrites((rate) => {
      const accepted = rate > 0 ? Math.min(rate, this.#highestRate) : this.#highestRate;
      params.ACQ_PERIOD.set(1 / accepted);
      return accepted;
    });
  }

  get #readoutSeconds(): number {
    return ROW_READOUT_SECONDS * (this.#params.SIZE_Y.value ?? 0);
  }

  get #exposureSeconds(): number {
    return this.#params.ACQ_TIME.value ?? 0;
  }

  /** Of the readout alone; a longer exposure lowers it further while it lasts. */
  get #highestRate(): number {
    return 1 / Math.max(this.#readoutSeconds, SHORTEST_EXPOSURE_SECONDS);
  }

  /** From frame to frame when no trigger is waited for; with FrameRateEnable at No as fast as it goes. */
  get framePeriod(): number {
    const { GC_FRAMERATE_ENABLE, ACQ_PERIOD } = this.#params;
    const asked = GC_FRAMERATE_ENABLE.value === 1 ? (ACQ_PERIOD.value ?? 0) : 0;
    return Math.max(this.#exposureSeconds, this.#readoutSeconds, asked);
  }

  /** From one trigger to the earliest that the sensor accepts next. */
  get deadTime(): number {
    return this.#params.GC_TRIGGER_OVERLAP.value === TriggerOverlap.Off
      ? this.#exposureSeconds + this.#readoutSeconds
      : Math.max(this.#exposureSeconds, this.#readoutSeconds);
  }
}
