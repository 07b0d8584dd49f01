import { DriverParameter } from "../asyn/driverParameter.js";
import type { Parameter, ParameterType } from "../asyn/portDriver.js";
import { fillPixels, isBigData, type NDArray, type NDData } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

const IMAGE = "STD_ARRAY_DATA";

type ArrayType = "Int8Array" | "Int16Array" | "Int32Array" | "Int64Array" | "Float32Array" | "Float64Array";

interface Outlet {
  readonly parameter: Parameter;
  show(data: NDData): void;
}

const numbersOf = (data: NDData): Exclude<NDData, BigInt64Array | BigUint64Array> =>
  isBigData(data) ? Float64Array.from(data, Number) : data;

/** Makes an outlet for one asyn interface; unsigned pixels of its width keep their values. */
const outletMakers: Readonly<Record<ArrayType, () => Outlet>> = {
  Int8Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Int8Array" });
    const show = (data: NDData) =>
      parameter.set(data instanceof Uint8Array ? Uint8Array.from(data) : Int8Array.from(numbersOf(data)));
    return { parameter, show };
  },
  Int16Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Int16Array" });
    const show = (data: NDData) =>
      parameter.set(data instanceof Uint16Array ? Uint16Array.from(data) : Int16Array.from(numbersOf(data)));
    return { parameter, show };
  },
  Int32Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Int32Array" });
    const show = (data: NDData) =>
      parameter.set(data instanceof Uint32Array ? Uint32Array.from(data) : Int32Array.from(numbersOf(data)));
    return { parameter, show };
  },
  Int64Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Int64Array" });
    const show = (data: NDData) => {
      const numbers =
        data instanceof BigUint64Array ? new BigUint64Array(data.length) : new BigInt64Array(data.length);
      if (isBigData(data)) numbers.set(data);
      else fillPixels(numbers, (index) => data[index] ?? 0);
      parameter.set(numbers);
    };
    return { parameter, show };
  },
  Float32Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Float32Array" });
    return { parameter, show: (data) => parameter.set(Float32Array.from(numbersOf(data))) };
  },
  Float64Array: () => {
    const parameter = new DriverParameter(IMAGE, { type: "Float64Array" });
    return { parameter, show: (data) => parameter.set(Float64Array.from(numbersOf(data))) };
  },
};

const isArrayType = (type: ParameterType | undefined): type is ArrayType =>
  type !== undefined && type in outletMakers;

/** Shows the last frame as an array of the type that a waveform asks for (NDPluginStdArrays). */
export class NDPluginStdArrays extends NDPlugin {
  readonly #outlets = new Map<ArrayType, Outlet>();

  constructor(setup: PluginSetup) {
    super(setup, "NDPluginStdArrays", {});
    this.base.ARRAY_CALLBACKS.set(0);
  }

  /** The image exists in every array type, but is only converted to those that were asked for. */
  override parameter(name: string, address = 0, type?: ParameterType): Parameter | undefined {
    if (name !== IMAGE) return super.parameter(name, address, type);
    if (!isArrayType(type)) return undefined;
    const outlet = this.#outlets.get(type) ?? outletMakers[type]();
    this.#outlets.set(type, outlet);
    return outlet.parameter;
  }

  protected override process(frame: NDArray): void {
    for (const outlet of this.#outlets.values()) outlet.show(frame.data);
    this.emit(frame);
  }
}
