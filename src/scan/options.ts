/** Times that hardware needs, and how long the server waits before it gives up. Seconds. */
export interface ScanTimes {
  /** After a fast shutter was moved: its status is not readable. */
  readonly fastShutter: number;
  /** Between two attempts to open the front-end shutter. */
  readonly shutterRetry: number;
  /** The front-end shutter opens within this time: somebody may be searching the hutch meanwhile. */
  readonly frontEnd: number;
  /** A put-callback without a reason to take longer. */
  readonly put: number;
  /** One move of the rotation axis or of the sample. */
  readonly motion: number;
  /** A camera that was stopped and the plugins that it waits for have done with its frames, or a file plugin has closed its file. */
  readonly drain: number;
  /** A capture that has not begun by then is given up; so is one that stops growing for this long. */
  readonly capture: number;
  /** Frames with a new frame type or shutter state have to come out of the camera within this time. */
  readonly frames: number;
  /** Copying one file to the analysis computer. */
  readonly transfer: number;
  /** Period of the watchdog. */
  readonly watchdog: number;
  /** PVs that are not there by then are named in a warning. */
  readonly connect: number;
  /** Margins of a synchronization: the last pulse, the stage's new speed, the controller's program. */
  readonly lastPulse: number;
  readonly newSpeed: number;
  readonly controller: number;
}

export const DEFAULT_TIMES: ScanTimes = {
  fastShutter: 2,
  shutterRetry: 1,
  frontEnd: 3600,
  put: 10,
  motion: 600,
  drain: 60,
  capture: 10,
  frames: 3,
  transfer: 3600,
  watchdog: 3,
  connect: 5,
  lastPulse: 0.1,
  newSpeed: 1,
  controller: 0.1,
};
