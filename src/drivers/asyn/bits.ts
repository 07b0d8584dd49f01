import { map } from "rxjs";
import type { Parameter } from "./portDriver.js";

/** What a record sees of a parameter of whole numbers, and what its writes become. */
interface View {
  see(value: number): number;
  put(value: number): number;
}

/** The parameter behind a view; its driver is still the one that sets it. */
function viewed<T extends "Int32" | "UInt32Digital">(parameter: Parameter<T>, view: View): Parameter<T> {
  // Both types of parameter hold numbers; the compiler does not follow the condition on T.
  const numbers = parameter as unknown as Parameter<"Int32">;
  const seen: Parameter<"Int32"> = {
    name: numbers.name,
    type: numbers.type,
    get value() {
      return numbers.value === undefined ? undefined : view.see(numbers.value);
    },
    get status() {
      return numbers.status;
    },
    get time() {
      return numbers.time;
    },
    get alarm() {
      return numbers.alarm;
    },
    status$: numbers.status$,
    value$: numbers.value$.pipe(map(view.see)),
    written$: numbers.written$.pipe(map(view.see)),
    set: (value, details) => numbers.set(value, details),
    setStatus: (status) => numbers.setStatus(status),
    write: (value) => numbers.write(view.put(value)),
  };
  return seen as unknown as Parameter<T>;
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
