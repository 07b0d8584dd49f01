import type { BreakPoint } from "../database/definitions.js";

interface Found {
  readonly point: BreakPoint;
  readonly index: number;
  /** The value lies outside of the table, whose outermost slope goes on there. */
  readonly outside: boolean;
}

/** Looks for the interval of `value`, beginning where the last one was found. */
function locate(table: readonly BreakPoint[], start: number, value: number, axis: "raw" | "eng"): Found {
  const at = (index: number): number => table[index]?.[axis] ?? Number.NaN;
  const last = table.length - 2;
  let index = Math.min(Math.max(start, 0), last);
  let outside = false;
  const rises = at(index + 1) > at(index);
  const isBeyond = (limit: number): boolean => (rises ? value > limit : value <= limit);
  const isBefore = (limit: number): boolean => (rises ? value < limit : value > limit);
  while (!outside && isBeyond(at(index + 1))) {
    index++;
    outside = index > last;
  }
  while (isBefore(at(index)) && index > 0) index--;
  outside ||= isBefore(at(index));
  return { point: table[index] ?? { raw: 0, eng: 0, slope: 0 }, index, outside };
}

export interface Converted {
  readonly value: number;
  /** Where the next search begins. */
  readonly index: number;
  readonly outside: boolean;
}

/** Scales with a breakpoint table as EPICS's cvtRawToEngBpt does. */
export function rawToTable(table: readonly BreakPoint[], start: number, raw: number): Converted {
  const { point, index, outside } = locate(table, start, raw, "raw");
  return { value: point.eng + (raw - point.raw) * point.slope, index, outside };
}

/** The inverse, as cvtEngToRawBpt does it. */
export function tableToRaw(table: readonly BreakPoint[], start: number, eng: number): Converted {
  const { point, index, outside } = locate(table, start, eng, "eng");
  return { value: point.raw + (eng - point.eng) / point.slope, index, outside };
}
