import type { ParametersOf } from "../asyn/defineDriver.js";
import { enumeration, float64, int32, octet } from "../asyn/driverParameter.js";
import { adDriverParameters, ImageMode } from "./adDriverParameters.js";

// Choices and their values are those of the Oryx's GenICam features.

export const TriggerMode = { Off: 0, On: 1 } as const;
export const TriggerSource = { Software: 31, Line0: 0, Line1: 1, Line2: 2, Line3: 3 } as const;
export const TriggerOverlap = { Off: 0, ReadOut: 1, PreviousFrame: 2 } as const;
export const PixelFormat = { Mono8: 0x01080001, Mono16: 0x01100007, Mono12Packed: 0x010c0006 } as const;
export const ExposureMode = { Timed: 1, TriggerWidth: 2 } as const;
const AutoMode = { Off: 0, Once: 1, Continuous: 2 } as const;

/** UniqueIdMode: the camera numbers frames from 1 in each acquisition, the driver all frames since it started. */
export const UniqueIdMode = { Camera: 0, Driver: 1 } as const;
/** TimeStampMode: seconds since the camera was switched on, or of the EPICS epoch. */
export const TimeStampMode = { Camera: 0, EPICS: 1 } as const;

export const AttributesStatus = { ok: 0, fileNotFound: 1, syntaxError: 2, macroError: 3 } as const;

/** Parameters by drvInfo name: asynNDArrayDriver and ADDriver, then GenICam's and Spinnaker's. */
export const cameraParameters = {
  ...adDriverParameters,
  DRIVER_VERSION: octet("0.1.0"),
  MANUFACTURER: octet("FLIR"),
  MODEL: octet("Oryx ORX-10G-51S5M"),
  SERIAL_NUMBER: octet("00000001"),
  SDK_VERSION: octet("tomoioc"),
  FIRMWARE_VERSION: octet("simulated"),
  STATUS_MESSAGE: octet("Waiting for acquire command"),
  STRING_TO_SERVER: octet("<not used by driver>"),
  STRING_FROM_SERVER: octet("<not used by driver>"),
  IMAGE_MODE: enumeration(ImageMode, ImageMode.Continuous),
  TRIGGER_MODE: enumeration(TriggerMode, TriggerMode.Off),
  TEMPERATURE_ACTUAL: float64(36.5),
  ARRAY_NDIMENSIONS: int32(2),
  DATA_TYPE: int32(3),

  GC_FRAMERATE: float64(10),
  GC_FRAMERATE_ENABLE: int32(1),
  GC_TRIGGER_SOURCE: enumeration(TriggerSource, TriggerSource.Line2),
  GC_TRIGGER_OVERLAP: enumeration(TriggerOverlap, TriggerOverlap.ReadOut),
  GC_TRIGGER_SOFTWARE: int32(0),
  GC_EXPOSURE_MODE: enumeration(ExposureMode, ExposureMode.Timed),
  GC_EXPOSURE_AUTO: enumeration(AutoMode, AutoMode.Off),
  GC_GAIN_AUTO: enumeration(AutoMode, AutoMode.Off),
  GC_PIXEL_FORMAT: enumeration(PixelFormat, PixelFormat.Mono16),

  SP_TIME_STAMP_MODE: int32(TimeStampMode.EPICS),
  SP_UNIQUE_ID_MODE: int32(UniqueIdMode.Camera),
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

export type CameraParameters = ParametersOf<typeof cameraParameters>;
