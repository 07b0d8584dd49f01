/** The ways to scan: streaming, flying past the angles once, or stopping at each of them. */
export type ScanKind = "stream" | "fly" | "step";

/** A record that only one kind of scan has, the richest kind first. */
const MARKS: readonly (readonly [kind: ScanKind, record: string])[] = [
  ["stream", "StreamCapture"],
  ["fly", "PSOCommand"],
];

/** The kind of scan that a set of records is for, by what is in it. */
export const scanKindOf = (has: (record: string) => boolean): ScanKind =>
  MARKS.find(([, record]) => has(record))?.[0] ?? "step";
