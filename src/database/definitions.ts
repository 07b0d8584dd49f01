import { parseDouble } from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { SourceLocation } from "./sourceLocation.js";

/** One point of a breakpoint table, with the slope to the next one. */
export interface BreakPoint {
  readonly raw: number;
  readonly eng: number;
  readonly slope: number;
}

/** `menu(name) { choice(identifier, "text") ... }`. */
export interface MenuDefinition {
  readonly kind: "menu";
  readonly name: string;
  readonly choices: readonly string[];
  readonly location: SourceLocation;
}

/** `device(recordType, INST_IO, dset, "choice of DTYP")`. */
export interface DeviceDefinition {
  readonly kind: "device";
  readonly recordType: string;
  readonly linkType: string;
  readonly support: string;
  readonly choice: string;
  readonly location: SourceLocation;
}

/** `breaktable(name) { raw eng raw eng ... }`. */
export interface BreakTableDefinition {
  readonly kind: "breaktable";
  readonly name: string;
  /** Raw and engineering values in turn, as written. */
  readonly values: readonly string[];
  readonly location: SourceLocation;
}

/** What names code: the code behind it is built in here, or absent. */
export interface NamedDefinition {
  readonly kind: "recordtype" | "driver" | "link" | "registrar" | "function" | "variable";
  readonly name: string;
  readonly location: SourceLocation;
}

/** What a .dbd file defines. */
export type Definition = MenuDefinition | DeviceDefinition | BreakTableDefinition | NamedDefinition;

/** Link types that a device support can be for. */
export const LINK_TYPES: ReadonlySet<string> = new Set(
  "CONSTANT PV_LINK VME_IO CAMAC_IO AB_IO GPIB_IO BITBUS_IO MACRO_LINK JSON_LINK PN_LINK DB_LINK CA_LINK INST_IO BBGPIB_IO RF_IO VXI_IO".split(
    " ",
  ),
);

/** Pairs of raw and engineering values as a table; its slope has to keep its sign unless `anyOrder`. */
export function breakPoints(texts: readonly string[], anyOrder = false): Result<BreakPoint[]> {
  const numbers: number[] = [];
  for (const text of texts) {
    const number = parseDouble(text);
    if (!number.ok) return failed(`breaktable: "${text}" is not a number`);
    numbers.push(number.value.value);
  }
  if (numbers.length % 2 !== 0) return failed("breaktable: a raw value is missing");
  if (numbers.length < 4) return failed("breaktable: at least two points are expected");
  const points: BreakPoint[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const [raw = 0, eng = 0, nextRaw, nextEng] = numbers.slice(at, at + 4);
    // Beyond the last point the last slope goes on.
    const slope =
      nextRaw === undefined || nextEng === undefined
        ? (points.at(-1)?.slope ?? 0)
        : (nextEng - eng) / (nextRaw - raw);
    if (!anyOrder && slope === 0) return failed("breaktable: a slope is zero");
    if (!anyOrder && slope < 0 !== (points[0]?.slope ?? slope) < 0)
      return failed("breaktable: the slope changes its sign");
    points.push({ raw, eng, slope });
  }
  return ok(points);
}
