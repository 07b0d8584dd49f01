import { now as epicsNow, type Timestamp } from "../../libcom/epicsTime.js";
import type { NDArrayInfo } from "../ndarray/ndArray.js";
import type { Clock } from "../stage/clock.js";
import { type CameraParameters, TimeStampMode, UniqueIdMode } from "./cameraParameters.js";

/** What numbers and dates frames, as UniqueIdMode and TimeStampMode say. */
export class FrameStamps {
  readonly #params: CameraParameters;
  readonly #clock: Clock;
  readonly #switchedOnAt: number;
  /** Frames since the driver started. */
  #driverId = 0;

  constructor(params: CameraParameters, clock: Clock) {
    this.#params = params;
    this.#clock = clock;
    this.#switchedOnAt = clock.now();
  }

  /** Of a frame that is the `cameraId`th of its acquisition, taken at a moment of the clock. */
  of(cameraId: number, time: number): Pick<NDArrayInfo, "uniqueId" | "timeStamp" | "epicsTimestamp"> {
    const { SP_UNIQUE_ID_MODE, SP_TIME_STAMP_MODE } = this.#params;
    const epicsTimestamp = this.#epicsTimeOf(time);
    return {
      uniqueId: SP_UNIQUE_ID_MODE.value === UniqueIdMode.Driver ? this.#driverId : cameraId,
      timeStamp:
        SP_TIME_STAMP_MODE.value === TimeStampMode.Camera
          ? time - this.#switchedOnAt
          : epicsTimestamp.seconds + epicsTimestamp.nanoseconds * 1e-9,
      epicsTimestamp,
    };
  }

  /** A frame was taken: the driver counts it whatever the mode is. */
  taken(): void {
    this.#driverId += 1;
  }

  #epicsTimeOf(time: number): Timestamp {
    const { seconds, nanoseconds } = epicsNow();
    const total = seconds + nanoseconds * 1e-9 - (this.#clock.now() - time);
    const whole = Math.floor(total);
    return { seconds: whole, nanoseconds: Math.min(999_999_999, Math.round((total - whole) * 1e9)) };
  }
}
