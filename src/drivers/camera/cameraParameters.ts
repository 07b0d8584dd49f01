import { choice, float64, int32, octet } from "../asyn/driverParameter.js";
import { ndArrayParameters } from "../ndarray/ndArrayParameters.js";

/** The choices of a menu, and the value of each by name. */
const menu = <const Name extends string>(...names: readonly Name[]) => {
  const values = Object.fromEntries(names.map((name, value) => [name, value]));
  return { names, ...(values as { readonly [N in Name]: number }) };
};

export const ImageMode = menu("Single", "Multiple", "Continuous");
export const TriggerMode = menu("Off", "On");
/** A scan server uses Line2 on an Oryx and Line0 on a Grasshopper. */
export const TriggerSource = menu("Software", "Line0", "Line1", "Line2", "Line3");
export const TriggerOverlap = menu("Off", "ReadOut", "PreviousFrame");
export const PixelFormat = menu("Mono8", "Mono16");
const ExposureMode = menu("Timed", "TriggerWidth");
const AutoMode = menu("Off", "Once", "Continuous");
export const DetectorState = { Idle: 0, Acquire: 1, Error: 6 } as const;
export const AttributesStatus = { ok: 0, fileNotFound: 1, syntaxError: 2, macroError: 3 } as const;

/** Parameters by drvInfo name: asynNDArrayDriver and ADDriver, then GenICam's and Spinnaker's. */
export const cameraParameters = {
  ...ndArrayParameters,
  DRIVER_VERSION: octet("0.1.0"),
  MANUFACTURER: octet("FLIR"),
  MODEL: octet("Oryx ORX-10G-51S5M"),
  SERIAL_NUMBER: octet("00000001"),
  SDK_VERSION: octet("tomoioc"),
  FIRMWARE_VERSION: octet("simulated"),

  STATUS: int32(DetectorState.Idle),
  STATUS_MESSAGE: octet("Waiting for acquire command"),
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
  IMAGE_MODE: choice(ImageMode.names, ImageMode.Continuous),
  TRIGGER_MODE: choice(TriggerMode.names),
  NEXPOSURES: int32(1),
  NEXPOSURES_COUNTER: int32(0),
  NIMAGES: int32(1),
  NIMAGES_COUNTER: int32(0),
  TEMPERATURE: float64(25),
  TEMPERATURE_ACTUAL: float64(36.5),

  SHUTTER_MODE: int32(0),
  SHUTTER_CONTROL: int32(0),
  SHUTTER_STATUS: int32(0),
  SHUTTER_OPEN_DELAY: float64(0),
  SHUTTER_CLOSE_DELAY: float64(0),
  SHUTTER_CONTROL_EPICS: int32(0),

  ARRAY_NDIMENSIONS: int32(2),
  DATA_TYPE: int32(3),

  GC_FRAMERATE: float64(10),
  GC_FRAMERATE_ENABLE: int32(0),
  GC_TRIGGER_SOURCE: choice(TriggerSource.names, TriggerSource.Line2),
  GC_TRIGGER_OVERLAP: choice(TriggerOverlap.names, TriggerOverlap.ReadOut),
  GC_TRIGGER_SOFTWARE: int32(0),
  GC_EXPOSURE_MODE: choice(ExposureMode.names),
  GC_EXPOSURE_AUTO: choice(AutoMode.names),
  GC_GAIN_AUTO: choice(AutoMode.names),
  GC_PIXEL_FORMAT: choice(PixelFormat.names, PixelFormat.Mono16),

  SP_TIME_STAMP_MODE: int32(1),
  SP_UNIQUE_ID_MODE: int32(1),
  SP_CONVERT_PIXEL_FORMAT: int32(0),
  SP_STARTED_FRAME_COUNT: int32(0),
  SP_DELIVERED_FRAME_COUNT: int32(0),
  SP_RECEIVED_FRAME_COUNT: int32(0),
  SP_INCOMPLETE_FRAME_COUNT: int32(0),
  SP_LOST_FRAME_COUNT: int32(0),
  SP_DROPPED_FRAME_COUNT: int32(0),
  SP_INPUT_BUFFER_COUNT: int32(0),
  SP_OUTPUT_BUFFER_COUNT: int32(0),
  SP_RECEIVED_PACKET_COUNT: int32(0),
  SP_MISSED_PACKET_COUNT: int32(0),
  SP_RESEND_REQUESTED_PACKET_COUNT: int32(0),
  SP_RESEND_RECEIVED_PACKET_COUNT: int32(0),
} as const;
