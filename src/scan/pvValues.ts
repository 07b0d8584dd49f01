import { toNumber } from "../channel/number.js";
import { toText } from "../channel/text.js";
import type { Pv } from "../records/pv.js";

/** Reads a number; rejects, naming the PV, when it is not connected or holds none. */
export async function readNumber(pv: Pv): Promise<number> {
  const number = toNumber((await pv.read()).value);
  if (Number.isNaN(number)) throw new Error(`${pv.name}: not a number`);
  return number;
}

/** As `readNumber`, for a record that not every database has. */
export const numberIfThere = async (pv: Pv, otherwise: number): Promise<number> =>
  pv.connected ? readNumber(pv) : otherwise;

/** Reads a text: the state of an enum, the characters of an array, anything else as it shows. */
export async function readText(pv: Pv): Promise<string> {
  const { value } = await pv.read();
  if (typeof value !== "number") return toText(value);
  const { states } = await pv.properties();
  return states?.[value] ?? String(value);
}

/** The last known number, without asking; `otherwise` before the PV was connected. */
export const lastNumber = (pv: Pv, otherwise: number): number => {
  const number = pv.sample === undefined ? Number.NaN : toNumber(pv.sample.value);
  return Number.isNaN(number) ? otherwise : number;
};
