import { DriverParameter } from "../asyn/driverParameter.js";
import type { Parameter, ParameterType } from "../asyn/portDriver.js";
import {
  bytesOf,
  bytesPerElement,
  fillPixels,
  isBigData,
  type NDArray,
  type NDData,
} from "../ndarray/ndArray.js";
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

/** Bytes as elements of an array type. */
const elementsFrom: Readonly<Record<ArrayType, { bytes: number; of: (buffer: ArrayBuffer) => NDData }>> = {
  Int8Array: { bytes: 1, of: (buffer) => new Uint8Array(buffer) },
  Int16Array: { bytes: 2, of: (buffer) => new Uint16Array(buffer) },
  Int32Array: { bytes: 4, of: (buffer) => new Uint32Array(buffer) },
  Int64Array: { bytes: 8, of: (buffer) => new BigUint64Array(buffer) },
  Float32Array: { bytes: 4, of: (buffer) => new Float32Array(buffer) },
  Float64Array: { bytes: 8, of: (buffer) => new Float64Array(buffer) },
};

/** As many elements as areaDetector shows of a compressed frame: its bytes by the size of a pixel, and one more. */
function compressedElements({ data, dataType }: NDArray, type: ArrayType): NDData {
  const packed = bytesOf(data);
  const { bytes, of } = elementsFrom[type];
  const whole = new Uint8Array((Math.floor(packed.length / bytesPerElement(dataType)) + 1) * bytes);
  whole.set(packed.subarray(0, whole.length));
  return of(whole.buffer);
}

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

  protected override get takesCompressed(): boolean {
    return true;
  }

  protected override process(frame: NDArray): void {
    for (const [type, outlet] of this.#outlets)
      outlet.show(frame.codec === undefined ? frame.data : compressedElements(frame, type));
    this.emit(frame);
  }
}
