import { isArrayValue } from "../../channel/dbf.js";
import { formatGeneral } from "../../libcom/cFormat.js";
import { fromEpics, type Timestamp, UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { strftime } from "../../libcom/strftime.js";
import { inColumns } from "../columns.js";
import type { ShellEngine } from "../host.js";

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

/** A field as a database would give it: full precision, menus by choice, enums by number. */
export function databaseText(engine: ShellEngine, record: string, field: string): string {
  const pv = `${record}.${field}`;
  const spec = engine.recordTypes.get(engine.record(record)?.recordType ?? "")?.fields[field];
  const dbf = spec?.dbf ?? "NOACCESS";
  if (dbf === "NOACCESS") return "";
  if (spec?.hex === true) return `0x${Number(engine.get(pv)).toString(16)}`;
  if (dbf === "DOUBLE" || dbf === "FLOAT")
    return formatGeneral(Number(engine.get(pv)), dbf === "FLOAT" ? 6 : 12);
  if (dbf === "ENUM") return String(engine.get(pv));
  const text = engine.getString(pv);
  // A record type without device support has nothing to choose from.
  return dbf === "DEVICE" && /^\d+$/.test(text) ? "" : text;
}

/** A time stamp as reports show it. */
export function timeText(time: Timestamp): string {
  if (time.seconds === 0 && time.nanoseconds === 0) return "<undefined>";
  const fraction = String(time.nanoseconds).padStart(9, "0");
  return `${strftime("%F %T", fromEpics(time))}.${fraction}`;
}

function breakpointBits(engine: ShellEngine, record: string): string {
  const instance = engine.instance(record);
  return String(instance === undefined ? 0 : engine.breakpoints.bits(instance)).padStart(2, "0");
}

/** Undefined for a field that has nothing to show. */
function valueText(engine: ShellEngine, record: string, field: string, dbf: string): string | undefined {
  const pv = `${record}.${field}`;
  if (field === "TIME") return timeText(engine.instance(record)?.record.TIME ?? UNDEFINED_TIME);
  if (field === "BKPT") return breakpointBits(engine, record);
  if (!engine.has(pv)) return undefined;
  if (dbf.endsWith("LINK")) return linkText(engine, engine.getString(pv));
  const value = engine.get(pv);
  if (isArrayValue(value)) return `[${value.length}]`;
  return dbf === "NOACCESS" ? engine.getString(pv) : databaseText(engine, record, field);
}

/** The fields of a record up to an interest level, in alphabetical order, as dbpr shows them. */
export function fieldReport(engine: ShellEngine, record: string, level: number): readonly string[] {
  const type = engine.recordTypes.get(engine.record(record)?.recordType ?? "");
  const fields = Object.entries(type?.fields ?? {})
    .filter(([, { interest = 0, special }]) => interest <= level && special !== "attribute")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const cells = fields.flatMap(([field, { dbf }]) => {
    const text = valueText(engine, record, field, dbf);
    return text === undefined ? [] : [`${field.padEnd(4)}: ${text}`];
  });
  return inColumns(cells, TAB);
}
