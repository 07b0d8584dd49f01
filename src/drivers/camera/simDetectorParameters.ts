import type { ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import { adDriverParameters, ImageMode } from "./adDriverParameters.js";
import { SimMode, type SimRequest, type Sine } from "./simImage.js";

/** ADBase's parameters and those of simDetector.template; where there is no value, the database gives it. */
export const simDetectorParameters = {
  ...adDriverParameters,
  MANUFACTURER: octet("Simulated detector"),
  MODEL: octet("Basic simulator"),
  SERIAL_NUMBER: octet("No serial number"),
  SDK_VERSION: octet("2.11.0"),
  DRIVER_VERSION: octet("2.11.0"),
  FIRMWARE_VERSION: octet("No firmware"),
  IMAGE_MODE: int32(ImageMode.Continuous),
  ACQ_TIME: float64(0.001),
  ACQ_PERIOD: float64(0.005),
  NIMAGES: int32(100),
  GAIN: float64(),

  RESET_IMAGE: int32(1),
  SIM_MODE: int32(SimMode.LinearRamp),
  SIM_GAIN_X: float64(1),
  SIM_GAIN_Y: float64(1),
  SIM_GAIN_RED: float64(1),
  SIM_GAIN_GREEN: float64(1),
  SIM_GAIN_BLUE: float64(1),
  SIM_OFFSET: float64(),
  SIM_NOISE: float64(),
  SIM_PEAK_START_X: int32(1),
  SIM_PEAK_START_Y: int32(1),
  SIM_PEAK_WIDTH_X: int32(10),
  SIM_PEAK_WIDTH_Y: int32(20),
  SIM_PEAK_NUM_X: int32(1),
  SIM_PEAK_NUM_Y: int32(1),
  SIM_PEAK_STEP_X: int32(1),
  SIM_PEAK_STEP_Y: int32(1),
  SIM_PEAK_HEIGHT_VARIATION: float64(),
  SIM_XSINE_OPERATION: int32(),
  SIM_XSINE1_AMPLITUDE: float64(),
  SIM_XSINE1_FREQUENCY: float64(),
  SIM_XSINE1_PHASE: float64(),
  SIM_XSINE2_AMPLITUDE: float64(),
  SIM_XSINE2_FREQUENCY: float64(),
  SIM_XSINE2_PHASE: float64(),
  SIM_YSINE_OPERATION: int32(),
  SIM_YSINE1_AMPLITUDE: float64(),
  SIM_YSINE1_FREQUENCY: float64(),
  SIM_YSINE1_PHASE: float64(),
  SIM_YSINE2_AMPLITUDE: float64(),
  SIM_YSINE2_FREQUENCY: float64(),
  SIM_YSINE2_PHASE: float64(),
} as const;

export type SimDetectorParameters = ParametersOf<typeof simDetectorParameters>;

/** Parameters that change what is drawn: the next frame begins anew. */
export const REDRAWING = [
  "DATA_TYPE",
  "COLOR_MODE",
  "GAIN",
  ...(Object.keys(simDetectorParameters) as (keyof SimDetectorParameters)[]).filter((name) =>
    name.startsWith("SIM_"),
  ),
] as const;

const MULTIPLY = 1;

export function simRequest(params: SimDetectorParameters): SimRequest {
  const number = (name: keyof SimDetectorParameters): number => Number(params[name].value ?? 0);
  const sine = (name: "X" | "Y", index: 1 | 2): Sine => ({
    amplitude: number(`SIM_${name}SINE${index}_AMPLITUDE`),
    frequency: number(`SIM_${name}SINE${index}_FREQUENCY`),
    phaseDegrees: number(`SIM_${name}SINE${index}_PHASE`),
  });
  const pair = (name: "START" | "WIDTH" | "NUM" | "STEP") =>
    [number(`SIM_PEAK_${name}_X`), number(`SIM_PEAK_${name}_Y`)] as const;
  return {
    mode: number("SIM_MODE"),
    gain: number("GAIN"),
    gainX: number("SIM_GAIN_X"),
    gainY: number("SIM_GAIN_Y"),
    colorGains: [number("SIM_GAIN_RED"), number("SIM_GAIN_GREEN"), number("SIM_GAIN_BLUE")],
    offset: number("SIM_OFFSET"),
    noise: number("SIM_NOISE"),
    peaks: {
      start: pair("START"),
      width: pair("WIDTH"),
      count: pair("NUM"),
      step: pair("STEP"),
      heightVariationPercent: number("SIM_PEAK_HEIGHT_VARIATION"),
    },
    sines: {
      x: [sine("X", 1), sine("X", 2)],
      y: [sine("Y", 1), sine("Y", 2)],
      multiplyX: number("SIM_XSINE_OPERATION") === MULTIPLY,
      multiplyY: number("SIM_YSINE_OPERATION") === MULTIPLY,
    },
  };
}
