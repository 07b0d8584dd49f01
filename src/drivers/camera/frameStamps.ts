import { now } from "../../libcom/epicsTime.js";
import type { NDStamps } from "../ndarray/ndArray.js";
import type { Clock } from "../stage/clock.js";
import { type CameraParameters, TimeStampMode, UniqueIdMode } from "./cameraParameters.js";

/** What numbers and dates frames, as UniqueIdMode and TimeStampMode say. */
export class FrameStamps {
  readonly #params: CameraParameters;
  readonly #switchedOnAt: number;
  /** Frames received since the driver started. */
  #driverId = 0;

  constructor(params: CameraParameters, clock: Clock) {
    this.#params = params;
    this.#switchedOnAt = clock.now();
  }

  /** Of the frame that arrives now: the `cameraId`th of its acquisition, which the camera took at a moment of its clock. */
  received(cameraId: number, takenAt: number): Omit<NDStamps, "attributes"> {
    const { SP_UNIQUE_ID_MODE, SP_TIME_STAMP_MODE } = this.#params;
    const epicsTimestamp = now();
    const driverId = this.#driverId;
    this.#driverId += 1;
    return {
      uniqueId: SP_UNIQUE_ID_MODE.value === UniqueIdMode.Driver ? driverId : cameraId,
      timeStamp:
        SP_TIME_STAMP_MODE.value === TimeStampMode.Camera
          ? takenAt - this.#switchedOnAt
          : epicsTimestamp.seconds + epicsTimestamp.nanoseconds * 1e-9,
      epicsTimestamp,
    };
  }
}
