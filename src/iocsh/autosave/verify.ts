import { formatFixed } from "../../libcom/cFormat.js";
import type { ShellEngine } from "../host.js";
import { openPv, savedValueOf } from "./pvFields.js";
import { type SavedEntry, type SavedValue, valuesText } from "./saveFile.js";

export interface Verification {
  /** What differs, or everything, as asVerify prints it; counts in the last line. */
  readonly lines: readonly string[];
  readonly differences: number;
  readonly notConnected: number;
  /** The present values of the PVs that are here. */
  readonly present: readonly { readonly name: string; readonly value: SavedValue | undefined }[];
}

/** Reals that differ by less than this count as equal: they went through text. */
const TOLERANCE: Readonly<Record<string, number>> = { FLOAT: 1e-6, DOUBLE: 1e-10 };

const plural = (count: number): string => (count === 1 ? "PV " : "PVs ");

function differs(type: string, saved: string, present: string): boolean {
  const tolerance = TOLERANCE[type];
  if (tolerance === undefined) return saved !== present;
  return Math.abs(Number(saved) - Number(present)) > tolerance;
}

function scalarLine(type: string, name: string, saved: string, present: string): string {
  const column = (text: string, width: number) => text.padEnd(width);
  if (type in TOLERANCE)
    return `${column(name, 25)} ${column(formatFixed(Number(saved), 6), 25)} ${formatFixed(Number(present), 6)}`;
  if (type === "ENUM") return `${column(name, 25)} ${column(saved, 25)} ${present}`;
  return `${column(name, 24)} '${saved}'${" ".repeat(Math.max(1, 24 - saved.length))}'${present}'`;
}

/** Compares a save file with the present values, as asVerify does. */
export function verify(
  engine: ShellEngine,
  entries: readonly SavedEntry[],
  options: { readonly all: boolean },
): Verification {
  const lines: string[] = [];
  const present: { name: string; value: SavedValue | undefined }[] = [];
  let differences = 0;
  let notConnected = 0;
  const show = (isDifferent: boolean, line: string): void => {
    if (isDifferent) differences++;
    if (!isDifferent && !options.all) return;
    if (lines.length === 0)
      lines.push("    PVname saved_value live_value", "    =============================");
    lines.push(`${isDifferent ? "*** " : "    "}${line}`);
  };
  for (const { name, value: saved } of entries) {
    const channel = openPv(engine, name);
    if (channel === undefined) {
      notConnected++;
      lines.push(`asVerify: *** '${name}' not connected.  Saved value='${valuesText(saved)}'`);
      continue;
    }
    const value = savedValueOf(channel);
    const { fieldType } = channel;
    channel.close();
    present.push({ name, value });
    if (typeof saved === "string" && typeof value === "string")
      show(differs(fieldType, saved, value), scalarLine(fieldType, name, saved, value));
    else if (typeof saved !== "string" && typeof value !== "string") {
      const longest = Math.max(saved.length, value.length);
      const count = Array.from({ length: longest }, (_, index) => index).filter((index) =>
        differs(fieldType, saved[index] ?? "0", value[index] ?? "0"),
      ).length;
      show(count > 0, `${name.padEnd(25)} (array) ${count} diff${count === 1 ? " " : "s"}`);
    } else {
      const kind = (of: SavedValue) => (typeof of === "string" ? "scalar" : "array");
      show(true, `${name.padEnd(25)} is ${kind(saved)} in file, but ${kind(value)} in ioc.`);
    }
  }
  const counts =
    `${differences} ${plural(differences)}differed.  ` +
    `(${present.length} ${plural(present.length)}checked; ${notConnected} ${plural(notConnected)}not connected)`;
  return { lines: [...lines, counts], differences, notConnected, present };
}
