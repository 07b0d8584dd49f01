import { map } from "rxjs";
import type { Parameter } from "./portDriver.js";

/** A parameter of either type of whole numbers. */
interface WholeNumber<T extends "Int32" | "UInt32Digital"> extends Omit<Parameter<"Int32">, "type"> {
  readonly type: T;
}

/** What a record sees of a parameter of whole numbers, and what its writes become. */
interface View {
  see(value: number): number;
  put(value: number): number;
}

/** The parameter behind a view; its driver is still the one that sets it. */
function viewed<T extends "Int32" | "UInt32Digital">(parameter: WholeNumber<T>, view: View): WholeNumber<T> {
  return {
    name: parameter.name,
    type: parameter.type,
    get value() {
      return parameter.value === undefined ? undefined : view.see(parameter.value);
    },
    get status() {
      return parameter.status;
    },
    get time() {
      return parameter.time;
    },
    get alarm() {
      return parameter.alarm;
    },
    status$: parameter.status$,
    value$: parameter.value$.pipe(map(view.see)),
    written$: parameter.written$.pipe(map(view.see)),
    set: (value, details) => parameter.set(value, details),
    setStatus: (status) => parameter.setStatus(status),
    write: (value) => parameter.write(view.put(value)),
  };
}

/** Only the masked bits belong to the record; the others stay as the driver has them. */
export const maskedDigital = (
  parameter: Parameter<"UInt32Digital">,
  mask: number,
): Parameter<"UInt32Digital"> =>
  viewed(parameter, {
    see: (value) => (value & mask) >>> 0,
    put: (value) => (((parameter.value ?? 0) & ~mask) | (value & mask)) >>> 0,
  });

/** An integer of so many bits, as asynMask gives them; a negative number of bits has a sign. */
export function narrowedInteger(parameter: Parameter<"Int32">, bits: number): Parameter<"Int32"> {
  const unused = 32 - Math.min(32, Math.abs(bits));
  return viewed(parameter, {
    see: (value) => (bits < 0 ? (value << unused) >> unused : (value << unused) >>> unused),
    put: (value) => value,
  });
}
