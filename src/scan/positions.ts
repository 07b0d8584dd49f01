/** What the positions of a fly scan are computed from. Angles in degrees, times in seconds. */
export interface MotionRequest {
  readonly rotationStart: number;
  readonly rotationStep: number;
  readonly numAngles: number;
  /** Encoder counts of one revolution in positive dial direction; negative where the encoder counts down. */
  readonly countsPerRotation: number;
  /** The motor record's DIR: 0 when user and dial direction agree. */
  readonly direction: number;
  /** The motor record's ACCL. */
  readonly accelerationTime: number;
  /** Time from one pulse to the next. */
  readonly frameTime: number;
  /**
   * Steps that a scan against the encoder starts later. The exposure goes on from its pulse, so a scan backwards covers the
   * same angles as one forwards only when it begins that much beyond them. 0 unless given.
   */
  readonly lead?: number;
}

export interface ScanPositions {
  /** Where the first pulse comes. */
  readonly rotationStart: number;
  /** The requested step, made a whole number of encoder counts; its sign is the direction of the scan. */
  readonly rotationStep: number;
  /** Position of the last projection. */
  readonly rotationStop: number;
  readonly numAngles: number;
  readonly encoderCountsPerStep: number;
  /** Degrees per second, > 0. */
  readonly motorSpeed: number;
  readonly startTaxi: number;
  readonly endTaxi: number;
  /** 1 when the encoder counts up along the scan, -1 when it counts down. */
  readonly sense: 1 | -1;
}

/** Margin of the time between two pulses of a stream over the exposure. */
const STREAM_MARGIN = 1.0516;

/** The time between two triggers of a stream, whose exposures overlap with the readout. */
export const streamFrameTime = (exposureTime: number): number => exposureTime * STREAM_MARGIN;

const sign = (value: number): 1 | -1 => (value < 0 ? -1 : 1);

/** Python's and C's rint: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Positions, speed and taxi distances of a fly scan. The taxi distance is a whole number of steps, at least the way the stage
 * accelerates on plus half a step, so that the first pulse comes at full speed. Throws when the request makes no scan.
 */
export function computePositions(request: MotionRequest): ScanPositions {
  const { numAngles, countsPerRotation, accelerationTime, frameTime, lead = 0 } = request;
  const countsPerDegree = countsPerRotation / 360;
  const encoderCountsPerStep = roundHalfEven(request.rotationStep * countsPerDegree);
  if (!Number.isFinite(encoderCountsPerStep) || encoderCountsPerStep === 0)
    throw new Error(`RotationStep ${request.rotationStep} is less than one encoder count`);
  if (!(frameTime > 0)) throw new Error(`the time of one frame is ${frameTime} s`);

  const rotationStep = encoderCountsPerStep / countsPerDegree;
  const stepSize = Math.abs(rotationStep);
  const direction = sign(rotationStep);
  const motorSpeed = stepSize / frameTime;
  const accelerationDistance = (accelerationTime / 2) * motorSpeed;
  const taxi = Math.ceil(accelerationDistance / stepSize + 0.5) * stepSize;
  const motorDirection = request.direction === 0 ? 1 : -1;
  const sense = sign(direction * motorDirection * countsPerRotation);
  const rotationStart = request.rotationStart - (sense < 0 ? lead * rotationStep : 0);
  const rotationStop = rotationStart + (numAngles - 1) * rotationStep;
  return {
    rotationStart,
    rotationStep,
    rotationStop,
    numAngles,
    encoderCountsPerStep,
    motorSpeed,
    startTaxi: rotationStart - taxi * direction,
    endTaxi: rotationStop + taxi * direction,
    sense,
  };
}

/** How long one sweep over all angles takes, at least. */
export const moveSeconds = ({ startTaxi, endTaxi, motorSpeed }: ScanPositions): number =>
  Math.abs(endTaxi - startTaxi) / motorSpeed;
