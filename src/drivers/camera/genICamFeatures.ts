import { DriverParameter } from "../asyn/driverParameter.js";
import type { Parameter, ParameterType } from "../asyn/portDriver.js";
import { ImageMode } from "./adDriverParameters.js";
import { type CameraParameters, PixelFormat } from "./cameraParameters.js";
import { readOnlyFeatures } from "./readOnlyFeatures.js";

/** The asyn type of a feature by the letter after `GC_`: boolean, command, double, enum, integer, string. */
const FEATURE_TYPES: Readonly<Record<string, ParameterType>> = {
  B: "Int32",
  C: "Int32",
  D: "Float64",
  E: "Int32",
  I: "Int64",
  S: "Octet",
};

const FEATURE = /^GC_([BCDEIS])_(\w+)$/;

const MICROSECONDS = 1e6;

/** GenICam's AcquisitionMode: Continuous, SingleFrame, MultiFrame. */
const ACQUISITION_MODES: readonly number[] = [ImageMode.Continuous, ImageMode.Single, ImageMode.Multiple];

/** A parameter of the camera that a feature shows under GenICam's name, and how numbers become those of the other. */
interface Link {
  readonly parameter: keyof CameraParameters;
  readonly toFeature?: (value: number) => number;
  readonly fromFeature?: (value: number) => number;
  readonly isReadOnly?: boolean;
}

const same = (parameter: keyof CameraParameters): Link => ({ parameter });
const readOnly = (parameter: keyof CameraParameters): Link => ({ parameter, isReadOnly: true });

/** Features that are parameters of ADBase, ADGenICam or the driver as well. */
const LINKS: Readonly<Record<string, Link>> = {
  GC_B_AcquisitionFrameRateEnable: same("GC_FRAMERATE_ENABLE"),
  GC_B_ReverseX: same("REVERSE_X"),
  GC_B_ReverseY: same("REVERSE_Y"),
  GC_C_TriggerSoftware: same("GC_TRIGGER_SOFTWARE"),
  GC_C_AcquisitionStart: same("ACQUIRE"),
  GC_C_AcquisitionStop: { parameter: "ACQUIRE", fromFeature: () => 0 },
  GC_D_AcquisitionFrameRate: same("GC_FRAMERATE"),
  GC_D_AcquisitionResultingFrameRate: readOnly("GC_FRAMERATE"),
  GC_D_DeviceTemperature: readOnly("TEMPERATURE_ACTUAL"),
  GC_D_ExposureTime: {
    parameter: "ACQ_TIME",
    toFeature: (seconds) => seconds * MICROSECONDS,
    fromFeature: (microseconds) => microseconds / MICROSECONDS,
  },
  GC_D_Gain: same("GAIN"),
  GC_E_AcquisitionMode: {
    parameter: "IMAGE_MODE",
    toFeature: (mode) => ACQUISITION_MODES.indexOf(mode),
    fromFeature: (value) => ACQUISITION_MODES[value] ?? ImageMode.Continuous,
  },
  GC_E_ExposureAuto: same("GC_EXPOSURE_AUTO"),
  GC_E_ExposureMode: same("GC_EXPOSURE_MODE"),
  GC_E_GainAuto: same("GC_GAIN_AUTO"),
  GC_E_PixelFormat: same("GC_PIXEL_FORMAT"),
  GC_E_TriggerMode: same("TRIGGER_MODE"),
  GC_E_TriggerOverlap: same("GC_TRIGGER_OVERLAP"),
  GC_E_TriggerSource: same("GC_TRIGGER_SOURCE"),
  GC_I_AcquisitionFrameCount: same("NIMAGES"),
  GC_I_BinningHorizontal: same("BIN_X"),
  GC_I_BinningVertical: same("BIN_Y"),
  GC_I_Height: same("SIZE_Y"),
  GC_I_HeightMax: readOnly("MAX_SIZE_Y"),
  GC_I_OffsetX: same("MIN_X"),
  GC_I_OffsetY: same("MIN_Y"),
  GC_I_PayloadSize: readOnly("ARRAY_SIZE"),
  GC_I_SensorHeight: readOnly("MAX_SIZE_Y"),
  GC_I_TLParamsLocked: readOnly("ACQUIRE"),
  GC_I_SensorWidth: readOnly("MAX_SIZE_X"),
  GC_I_Width: same("SIZE_X"),
  GC_I_WidthMax: readOnly("MAX_SIZE_X"),
  GC_S_DeviceFirmwareVersion: readOnly("FIRMWARE_VERSION"),
  GC_S_DeviceModelName: readOnly("MODEL"),
  GC_S_DeviceSerialNumber: readOnly("SERIAL_NUMBER"),
  GC_S_DeviceVendorName: readOnly("MANUFACTURER"),
};

/** Where an Oryx has neither 0 nor an empty text. */
const INITIAL: Readonly<Record<string, number | string>> = {
  GC_E_AdcBitDepth: 1,
  GC_E_ChunkPixelFormat: PixelFormat.Mono8,
  GC_E_DeviceCharacterSet: 1,
  GC_E_GevIEEE1588ClockAccuracy: 254,
  GC_E_GevSupportedOptionSelector: 31,
  GC_E_SerialPortBaudRate: 115200,
  GC_E_TriggerActivation: 3,
  GC_E_TriggerSelector: 3,
  GC_D_Gamma: 1,
  GC_I_DecimationHorizontal: 1,
  GC_I_DecimationVertical: 1,
  GC_I_DeviceLinkSpeed: 1_250_000_000,
  GC_I_GevSCPSPacketSize: 9000,
  GC_I_PixelDynamicRangeMax: 65_535,
  GC_S_DeviceManufacturerInfo: "simulated",
  GC_S_SensorDescription: "Sony IMX250",
};

/**
 * The features of a GenICam camera, made as records ask for them by `GC_` and a letter for the type, as ADGenICam does. Those that
 * nothing here acts on keep what is written, unless they only tell something.
 */
export class GenICamFeatures {
  readonly #camera: CameraParameters;
  readonly #features = new Map<string, Parameter>();

  constructor(camera: CameraParameters) {
    this.#camera = camera;
  }

  /** Undefined for a name that is none of a feature. */
  get(name: string): Parameter | undefined {
    const type = FEATURE_TYPES[FEATURE.exec(name)?.[1] ?? ""];
    if (type === undefined) return undefined;
    const feature = this.#features.get(name) ?? this.#make(name, type);
    this.#features.set(name, feature);
    return feature;
  }

  #make(name: string, type: ParameterType): Parameter {
    const link = LINKS[name];
    if (link !== undefined) {
      const parameter: Parameter = this.#camera[link.parameter];
      return isSameParameter(link, parameter, type) ? parameter : linked(name, type, link, parameter);
    }
    return readOnlyFeatures.has(FEATURE.exec(name)?.[2] ?? "")
      ? told(name, type, INITIAL[name])
      : kept(name, type, INITIAL[name]);
  }
}

type Initial = number | string | undefined;

/** Keeps what is written. */
function kept(name: string, type: ParameterType, initial: Initial) {
  switch (type) {
    case "Octet":
      return new DriverParameter(name, { type, initial: String(initial ?? "") });
    case "Int64":
      return new DriverParameter(name, { type, initial: BigInt(initial ?? 0) });
    case "Float64":
      return new DriverParameter(name, { type, initial: Number(initial ?? 0) });
    default:
      return new DriverParameter(name, { type: "Int32", initial: Number(initial ?? 0) });
  }
}

/** Only tells. */
function told(name: string, type: ParameterType, initial: Initial): Parameter {
  const feature = kept(name, type, initial);
  feature.handleWrites(refuse(name));
  return feature;
}

const isSameParameter = (
  { toFeature, fromFeature, isReadOnly }: Link,
  { type }: Parameter,
  wanted: ParameterType,
) => type === wanted && toFeature === undefined && fromFeature === undefined && isReadOnly !== true;

const refuse = (name: string) => (): never => {
  throw new Error(`not writable: ${name}`);
};

/** A feature that follows a parameter, and writes go to it. */
function linked(name: string, type: ParameterType, link: Link, parameter: Parameter): Parameter {
  const { toFeature = Number, fromFeature = Number, isReadOnly = false } = link;
  const write = async (value: number | bigint): Promise<void> =>
    writeNumber(parameter, fromFeature(Number(value)));
  const follow = (show: (value: number) => void) =>
    void parameter.value$.subscribe((value: unknown) => show(toFeature(Number(value))));
  if (type === "Int64") {
    const feature = new DriverParameter(name, { type: "Int64" });
    feature.handleWrites(
      isReadOnly
        ? refuse(name)
        : (value) => write(value).then(() => BigInt(toFeature(Number(parameter.value)))),
    );
    follow((value) => feature.set(BigInt(Math.trunc(value))));
    return feature;
  }
  if (type === "Octet") {
    const feature = new DriverParameter(name, { type: "Octet" });
    feature.handleWrites(refuse(name));
    void parameter.value$.subscribe((value: unknown) => feature.set(String(value)));
    return feature;
  }
  const feature = new DriverParameter<"Int32" | "Float64">(name, {
    type: type === "Float64" ? type : "Int32",
  });
  feature.handleWrites(
    isReadOnly ? refuse(name) : (value) => write(value).then(() => toFeature(Number(parameter.value))),
  );
  follow((value) => feature.set(value));
  return feature;
}

const isNumber = (parameter: Parameter): parameter is Parameter<"Int32"> | Parameter<"Float64"> =>
  parameter.type === "Int32" || parameter.type === "Float64";

async function writeNumber(parameter: Parameter, value: number): Promise<void> {
  if (isNumber(parameter)) await parameter.write(value);
}
