import { isArrayValue } from "../../channel/dbf.js";
import { inColumns } from "../columns.js";
import type { ShellEngine } from "../host.js";
import { formatG } from "../numberFormat.js";

const TAB = 20;

const isNumber = (text: string): boolean => text.trim() !== "" && !Number.isNaN(Number(text));

/** `DB_LINK rec.VAL`, `CA_LINK rec CP NMS`, `CONSTANT 5`: a link with what it became. */
function linkText(engine: ShellEngine, text: string): string {
  if (text === "") return "CONSTANT";
  if (isNumber(text) || /^[[{]/.test(text)) return `CONSTANT ${text}`;
  if (text.startsWith("@")) return `INST_IO ${text}`;
  const [target = "", ...modifiers] = text.split(/\s+/);
  const remote = !engine.has(target) || modifiers.some((word) => /^(CA|CP|CPP)$/.test(word));
  return `${remote ? "CA_LINK" : "DB_LINK"} ${text}`;
}

function valueText(engine: ShellEngine, record: string, field: string, dbf: string): string {
  const pv = `${record}.${field}`;
  if (dbf.endsWith("LINK")) return linkText(engine, engine.getString(pv));
  if (!engine.has(pv)) return "";
  const value = engine.get(pv);
  if (isArrayValue(value)) return `[${value.length}]`;
  return typeof value === "number" && !Number.isInteger(value) ? formatG(value, 12) : engine.getString(pv);
}

/** The fields of a record up to an interest level, in alphabetical order, as dbpr shows them. */
export function fieldReport(engine: ShellEngine, record: string, level: number): readonly string[] {
  const type = engine.recordTypes.get(engine.record(record)?.recordType ?? "");
  const fields = Object.entries(type?.fields ?? {})
    .filter(([, { interest = 0 }]) => interest <= level)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const cells = fields.map(
    ([field, { dbf }]) => `${field.padEnd(4)}: ${valueText(engine, record, field, dbf)}`,
  );
  return inColumns(cells, TAB);
}
