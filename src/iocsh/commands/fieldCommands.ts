import { convertValue, integerKindOf } from "../../channel/convert.js";
import {
  type ArrayValue,
  type DbfType,
  emptyArray,
  isArrayValue,
  type TypedValue,
  type Value,
} from "../../channel/dbf.js";
import type { Channel, Limits } from "../../channel/provider.js";
import { textToChars } from "../../channel/text.js";
import { formatGeneral } from "../../libcom/cFormat.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { escapeText } from "../../libcom/escape.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { ELEMENT_TYPES } from "../../records/arrayType.js";
import { inColumns } from "../columns.js";
import { defineCommand, Rejection, recordName, string } from "../command.js";
import type { IocshHost } from "../host.js";
import type { CommandContext } from "../shell.js";
import { addressLines, fieldView } from "./fieldAddress.js";
import { timeText } from "./fieldReport.js";
import { needsIocInit, required, valueCells, withChannel } from "./recordAccess.js";

const TAB = 10;

/** The value of a PV in dbgf's form, one or several lines. */
function valueLines(host: IocshHost, pv: string): readonly string[] {
  return withChannel(host, pv, (channel) => {
    const { value } = channel.read();
    // Menus and enums are shown by their text.
    const asText = channel.fieldType === "ENUM" && !isArrayValue(value);
    const cells = asText
      ? valueCells("STRING", host.engine.getString(pv))
      : valueCells(channel.fieldType, value);
    return inColumns(cells, TAB);
  });
}

function printValue({ host, print }: CommandContext, pv: string): void {
  for (const line of valueLines(host, pv)) print(line);
}

/** What dbpf puts: JSON into arrays, text into arrays of characters and everything else. */
function valueToPut(host: IocshHost, pv: string, text: string): Result<Value> {
  const { elementCount, fieldType } = withChannel(host, pv, (channel) => channel);
  if (elementCount <= 1 || fieldType === "CHAR" || fieldType === "UCHAR")
    return ok(elementCount > 1 && !pv.endsWith("$") ? textToChars(text) : text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return failed(`${pv}: ${errorMessage(error)}`);
  }
  const elements: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (elements.some(Array.isArray)) return failed("Embedded arrays not supported");
  return ok(fieldType === "STRING" ? elements.map(String) : Float64Array.from(elements, Number));
}

/** The text as a value of a type, as EPICS's epicsParse functions take it; undefined when it is none. */
function parseAs(type: DbfType, text: string): Value | undefined {
  if (type === "STRING") return text;
  const trimmed = text.trim();
  const kind = integerKindOf(type);
  if (kind === undefined) {
    const number = Number(trimmed);
    return trimmed === "" || Number.isNaN(number) ? undefined : number;
  }
  if (!/^[+-]?\d+$/.test(trimmed)) return undefined;
  const number = BigInt(trimmed.replace(/^\+/, ""));
  const limit = 2n ** BigInt(kind.bits);
  // A negative number for an unsigned type counts from its end, as strtoul has it.
  const fits = kind.signed ? number >= -limit / 2n && number < limit / 2n : number > -limit && number < limit;
  if (!fits) return undefined;
  const kept = kind.signed ? number : BigInt.asUintN(kind.bits, number);
  return kind.bits === 64 ? kept : Number(kept);
}

function putAs(channel: Channel, type: DbfType, text: string): string {
  const value = parseAs(type, text);
  if (value === undefined) return `Cvt to DBR_${type} failed.`;
  const typed: TypedValue = { type, value };
  const title = `Put as DBR_${type.padEnd(6)}`;
  if (!channel.write(typed).ok) return `${title} Failed.`;
  const lines = inColumns(valueCells(channel.fieldType, channel.read().value), TAB);
  return `${title} Ok, result as ${lines.join("\n")}`;
}

const limitsText = (name: string, limits: Limits | undefined): readonly string[] =>
  (["Long", "Double"] as const).map((kind) => {
    if (limits === undefined) return `DBR${name}${kind} not returned`;
    const [low, high] = [limits.low, limits.high].map((limit) =>
      kind === "Long" ? String(Math.trunc(limit)) : formatGeneral(limit),
    );
    return `${name}${kind}: ${low} .. ${high}`;
  });

function alarmLimitsText({ warning, alarm }: ReturnType<Channel["properties"]>): readonly string[] {
  return (["Long", "Double"] as const).map((kind) => {
    if (alarm === undefined || warning === undefined) return `DBRal${kind} not returned`;
    const [lolo, low, high, hihi] = [alarm.low, warning.low, warning.high, alarm.high].map((limit) =>
      kind === "Long" ? String(Number.isNaN(limit) ? 0 : Math.trunc(limit)) : formatGeneral(limit),
    );
    return `al${kind}: ${lolo} < ${low} .. ${high} < ${hihi}`;
  });
}

/** Everything that is known of a field besides its value. */
function metadataLines(channel: Channel): readonly string[] {
  const { status, severity, time } = channel.read();
  const properties = channel.properties();
  const { units, precision, states, display, control } = properties;
  return [
    `status = ${status}, severity = ${severity}`,
    units === undefined ? "units not returned" : `units = "${units}"`,
    precision === undefined ? "precision not returned" : `precision = ${precision}`,
    `time = ${timeText(time)}`,
    ...(states === undefined
      ? ["enum strings not returned"]
      : [`no_strs = ${states.length}:`, ...states.map((state) => `\t"${escapeText(state)}"`)]),
    ...limitsText("gr", display),
    ...limitsText("ctrl", control),
    ...alarmLimitsText(properties),
  ];
}

function readAs(channel: Channel, type: DbfType): readonly string[] {
  const { value } = channel.read();
  const converted = convertValue(value, channel.fieldType, type, channel.textFormat?.() ?? {});
  if (!converted.ok) return inColumns([`DBF_${type}: `, "failed."], TAB);
  return inColumns(valueCells(type, converted.value), TAB);
}

const noElements = (type: DbfType): ArrayValue => emptyArray(type, 0);

/** Commands that show and change one field. */
export const fieldCommands = [
  defineCommand({
    name: "dba",
    args: [recordName("record name")],
    help: "Show what a PV's name leads to: type, size and number of elements.",
    run([name], { host, print }) {
      const pv = required(name, 'dba "pv name"');
      const recordType = withChannel(host, pv, ({ className }) => className);
      for (const line of addressLines(recordType, fieldView(host, pv))) print(line);
    },
  }),
  defineCommand({
    name: "dbgf",
    args: [recordName("record name")],
    help: "Show the value of a field.",
    run([name], context) {
      const pv = required(name, 'dbgf "pv name"');
      needsIocInit(context.host, "dbgf");
      printValue(context, pv);
    },
  }),
  defineCommand({
    name: "dbpf",
    args: [recordName("record name"), string("value")],
    help: "Write a field as a client would, processing its record where the field asks for it; arrays as JSON.",
    run([name, value], context) {
      const { host, error } = context;
      const usage = 'dbpf "pv name", "value"';
      const pv = required(name, usage);
      if (value === undefined) throw new Rejection(`Usage: ${usage}`);
      needsIocInit(host, "dbpf");
      const wanted = valueToPut(host, pv, value);
      if (!wanted.ok) return error(`dbConvertJSON: ${wanted.error}`);
      const written = host.engine.put(pv, wanted.value);
      printValue(context, pv);
      if (!written.ok) error(written.error.message);
    },
  }),
  defineCommand({
    name: "dbtgf",
    args: [recordName("record name")],
    help: "Show the metadata of a field, then its value in every type.",
    run([name], { host, print }) {
      const pv = required(name, 'dbtgf "pv name"');
      withChannel(host, pv, (channel) => {
        for (const line of metadataLines(channel)) print(line);
        const { fieldType } = channel;
        for (const line of inColumns(valueCells(fieldType, noElements(fieldType)), TAB)) print(line);
        for (const type of ELEMENT_TYPES) for (const line of readAs(channel, type)) print(line);
      });
    },
  }),
  defineCommand({
    name: "dbtpf",
    args: [recordName("record name"), string("value")],
    help: "Write a field in every type that the value can have, and show what each came to.",
    run([name, value], context) {
      const usage = 'dbtpf "pv name", "value"';
      const pv = required(name, usage);
      if (value === undefined) throw new Rejection(`Usage: ${usage}`);
      withChannel(context.host, pv, (channel) => {
        for (const type of ELEMENT_TYPES) context.print(putAs(channel, type, value));
      });
    },
  }),
];
