import { filter, firstValueFrom, type Observable, Subject, timeout } from "rxjs";
import type { Parameter, Port } from "../../../src/drivers/asyn/portDriver.js";
import type { ArrayConsumer, ArrayPort } from "../../../src/drivers/ndarray/arrayPorts.js";
import {
  imageDimensions,
  type NDArray,
  type NDAttribute,
  type NDDataType,
} from "../../../src/drivers/ndarray/ndArray.js";
import type { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";

/** A port that emits the frames a test gives it. */
export class FrameSource implements ArrayPort {
  readonly portName: string;
  readonly consumers = new Set<ArrayConsumer>();
  readonly #arrays = new Subject<NDArray>();
  readonly arrays$: Observable<NDArray> = this.#arrays;

  constructor(portName: string) {
    this.portName = portName;
  }

  /** Emits the frame and gives up the test's own reference. */
  emit(frame: NDArray): void {
    this.#arrays.next(frame);
    frame.release();
  }
}

export const stringAttribute = (name: string, value: string): NDAttribute => ({
  name,
  description: `the ${name}`,
  sourceType: "EPICSPV",
  source: `pv:${name}`,
  type: "String",
  value,
});

/** A frame whose pixels count up from `uniqueId`. */
export function makeFrame(
  pool: NDArrayPool,
  uniqueId: number,
  options: {
    sizeX?: number;
    sizeY?: number;
    dataType?: NDDataType;
    attributes?: readonly NDAttribute[];
    fill?: (index: number) => number;
  } = {},
): NDArray {
  const { sizeX = 4, sizeY = 3, dataType = "UInt16", attributes = [] } = options;
  const frame = pool.allocate({
    uniqueId,
    timeStamp: 1000.5 + uniqueId,
    epicsTimestamp: { seconds: 1000 + uniqueId, nanoseconds: 500_000_000 },
    dataType,
    dimensions: imageDimensions(sizeX, sizeY),
    attributes,
  });
  if (frame === undefined) throw new Error("the test's pool is exhausted");
  const fill = options.fill ?? ((index: number) => uniqueId + index);
  for (let index = 0; index < frame.data.length; index++) {
    if (frame.data instanceof BigInt64Array || frame.data instanceof BigUint64Array)
      frame.data[index] = BigInt(fill(index));
    else frame.data[index] = fill(index);
  }
  return frame;
}

/** Waits until a parameter has a value; rejects after twenty seconds naming it. */
export async function waitFor(port: Port, name: string, value: number | string): Promise<void> {
  const parameter = port.parameter(name, 0);
  if (parameter === undefined) throw new Error(`no parameter ${name}`);
  const values$: Observable<unknown> = parameter.value$;
  const late = () => {
    throw new Error(`${name} is ${String(parameter.value)}, not ${value}`);
  };
  await firstValueFrom(
    values$.pipe(
      filter((present) => present === value),
      timeout({ first: 20_000, with: late }),
    ),
  );
}

const isNumber = (parameter: Parameter): parameter is Parameter<"Int32"> | Parameter<"Float64"> =>
  parameter.type === "Int32" || parameter.type === "Float64";
const isText = (parameter: Parameter): parameter is Parameter<"Octet"> => parameter.type === "Octet";

/** Writes a parameter as a record would. */
export async function put(port: Port, name: string, value: number | string): Promise<void> {
  const parameter = port.parameter(name, 0);
  if (parameter === undefined) throw new Error(`no parameter ${name}`);
  if (isNumber(parameter) && typeof value === "number") await parameter.write(value);
  else if (isText(parameter) && typeof value === "string") await parameter.write(value);
  else throw new Error(`${name} is ${parameter.type}`);
}

export const shown = (port: Port, name: string): unknown => port.parameter(name, 0)?.value;

/** Collects what a port emits, as unique ids. */
export function collectIds(port: ArrayPort): number[] {
  const ids: number[] = [];
  port.arrays$.subscribe((frame) => ids.push(frame.uniqueId));
  return ids;
}
