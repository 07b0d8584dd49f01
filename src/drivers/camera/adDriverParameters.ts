import type { ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import { ndArrayParameters } from "../ndarray/ndArrayParameters.js";

/** ADStatus_t: the states that these drivers have. */
export const DetectorState = { Idle: 0, Acquire: 1, Readout: 2, Error: 6, Waiting: 7, Aborted: 10 } as const;

export const ImageMode = { Single: 0, Multiple: 1, Continuous: 2 } as const;

/** ShutterMode: none, one that EPICS moves, or one that the detector has. */
const ShutterMode = { None: 0, EPICS: 1, Detector: 2 } as const;

/** What every detector has: the parameters of ADBase.template. */
export const adDriverParameters = {
  ...ndArrayParameters,
  STATUS: int32(DetectorState.Idle),
  STATUS_MESSAGE: octet(""),
  STRING_TO_SERVER: octet(""),
  STRING_FROM_SERVER: octet(""),
  READ_STATUS: int32(0),

  MAX_SIZE_X: int32(),
  MAX_SIZE_Y: int32(),
  BIN_X: int32(1),
  BIN_Y: int32(1),
  MIN_X: int32(0),
  MIN_Y: int32(0),
  SIZE_X: int32(),
  SIZE_Y: int32(),
  REVERSE_X: int32(0),
  REVERSE_Y: int32(0),

  ACQ_TIME: float64(0.1),
  ACQ_PERIOD: float64(0.1),
  TIME_REMAINING: float64(0),
  GAIN: float64(0),
  FRAME_TYPE: int32(0),
  IMAGE_MODE: int32(ImageMode.Continuous),
  TRIGGER_MODE: int32(0),
  NEXPOSURES: int32(1),
  NEXPOSURES_COUNTER: int32(0),
  NIMAGES: int32(1),
  NIMAGES_COUNTER: int32(0),
  TEMPERATURE: float64(25),
  TEMPERATURE_ACTUAL: float64(25),

  SHUTTER_MODE: int32(ShutterMode.None),
  SHUTTER_CONTROL: int32(0),
  SHUTTER_STATUS: int32(0),
  SHUTTER_OPEN_DELAY: float64(0),
  SHUTTER_CLOSE_DELAY: float64(0),
  SHUTTER_CONTROL_EPICS: int32(0),
} as const;

export type ADDriverParameters = ParametersOf<typeof adDriverParameters>;

/** Opens (1) or closes (0) the shutter that ShutterMode says there is. */
export function setShutter(params: ADDriverParameters, open: number): void {
  const { SHUTTER_MODE, SHUTTER_CONTROL_EPICS, SHUTTER_STATUS } = params;
  if (SHUTTER_MODE.value === ShutterMode.EPICS) SHUTTER_CONTROL_EPICS.set(open);
  else if (SHUTTER_MODE.value === ShutterMode.Detector) SHUTTER_STATUS.set(open);
}
