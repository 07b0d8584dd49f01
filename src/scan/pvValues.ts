import { isArrayValue, type Value } from "../channel/dbf.js";
import type { Pv } from "../records/pv.js";

/** The text of a value: that of a character array ends at its first NUL. */
export function textOf(value: Value): string {
  if (!isArrayValue(value)) return String(value);
  if (!ArrayBuffer.isView(value)) return value[0] ?? "";
  const bytes = Uint8Array.from({ length: value.length }, (_, index) => Number(value[index]) & 0xff);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export function numberOf(value: Value): number {
  if (isArrayValue(value)) return Number(value[0] ?? Number.NaN);
  return Number(value);
}

/** Reads a number; rejects, naming the PV, when it is not connected or holds none. */
export async function readNumber(pv: Pv): Promise<number> {
  const number = numberOf((await pv.read()).value);
  if (Number.isNaN(number)) throw new Error(`${pv.name}: not a number`);
  return number;
}

/** Reads a text: the state of an enum, the characters of an array, anything else as it shows. */
export async function readText(pv: Pv): Promise<string> {
  const { value } = await pv.read();
  if (typeof value !== "number") return textOf(value);
  const { states } = await pv.properties();
  return states?.[value] ?? String(value);
}

/** The last known number, without asking; `otherwise` before the PV was connected. */
export const lastNumber = (pv: Pv, otherwise: number): number => {
  const number = pv.sample === undefined ? Number.NaN : numberOf(pv.sample.value);
  return Number.isNaN(number) ? otherwise : number;
};
