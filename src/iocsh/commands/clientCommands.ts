import { nativeBase } from "../../ca/codec/dbrTypes.js";
import { convertValue } from "../../channel/convert.js";
import { type DbfType, elementsOf, type ScalarValue } from "../../channel/dbf.js";
import type { Channel, Limits } from "../../channel/provider.js";
import { formatFixed } from "../../libcom/cFormat.js";
import { fromEpics, type Timestamp, UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { strftime } from "../../libcom/strftime.js";
import { defineCommand, Rejection, recordName, string } from "../command.js";
import type { IocshHost } from "../host.js";
import type { CommandContext } from "../shell.js";
import { addressLines, fieldView } from "./fieldAddress.js";
import { withChannel } from "./recordAccess.js";

/** The types of Channel Access, in its order. */
const caTypes = ["STRING", "SHORT", "FLOAT", "ENUM", "CHAR", "LONG", "DOUBLE"] as const;
type CaType = (typeof caTypes)[number];

/** As what Channel Access serves a field; its CHAR holds numbers without a sign. */
function exportType(field: DbfType): CaType {
  const base = nativeBase(field);
  return base === "UCHAR" ? "CHAR" : base;
}

const MOST_ELEMENTS = 10;
const enumRange: Limits = { low: 0, high: 65535 };
const nothing: Limits = { low: 0, high: 0 };
const unknown: Limits = { low: Number.NaN, high: Number.NaN };

const isReal = (type: CaType): boolean => type === "FLOAT" || type === "DOUBLE";

function elementsAs(channel: Channel, type: CaType): readonly ScalarValue[] {
  const { value } = channel.read();
  const stored = type === "CHAR" ? "UCHAR" : type;
  const converted = convertValue(value, channel.fieldType, stored, channel.textFormat?.() ?? {});
  return converted.ok ? elementsOf(converted.value).slice(0, MOST_ELEMENTS) : [];
}

/** The elements, ten in a row; numbers beyond the last one are zero. */
function valuesText(channel: Channel, type: CaType, format: (value: ScalarValue) => string): string {
  const elements = elementsAs(channel, type);
  const count = Math.min(channel.elementCount, MOST_ELEMENTS);
  if (count === 1) return elements.map((element) => `${format(element)} `).join("");
  const padded =
    type === "STRING" ? elements : Array.from({ length: count }, (_, index) => elements[index] ?? 0);
  const perRow = type === "STRING" ? 5 : 10;
  return padded.map((element, index) => `${index % perRow === 0 ? "\n" : ""}${format(element)} `).join("");
}

const numberText =
  (type: CaType, digits = 4) =>
  (value: ScalarValue) =>
    isReal(type) ? formatFixed(Math.fround(Number(value)), digits) : String(value);

const integerLimit = (type: CaType, limit: number): number => {
  const whole = Number.isNaN(limit) ? 0 : Math.trunc(limit);
  if (type === "SHORT") return (whole << 16) >> 16;
  return type === "CHAR" ? whole & 0xff : whole | 0;
};

const limitText = (type: CaType, limit: number): string =>
  (isReal(type) ? formatFixed(Math.fround(limit), 3) : String(integerLimit(type, limit))).padStart(8);

/** Units, precision and limits, as DBR_GR and with `control` as DBR_CTRL have them. */
function metadataText(channel: Channel, type: CaType, control: boolean): string {
  const properties = channel.properties();
  const isEnum = channel.fieldType === "ENUM";
  const display = properties.display ?? nothing;
  const { alarm = unknown, warning = unknown } = properties;
  const limits = [display.high, display.low, alarm.high, warning.high, warning.low, alarm.low];
  if (control) {
    const range = properties.control ?? (isEnum ? enumRange : nothing);
    limits.push(range.high, range.low);
  }
  const precision = isReal(type) ? ` ${String(properties.precision ?? 0).padStart(3)}` : "";
  const shown = limits.map((limit) => limitText(type, limit)).join(" ");
  return ` ${(properties.units ?? "").slice(0, 8)}${precision}\n\t${shown}`;
}

function enumText(channel: Channel): string {
  const { states = [] } = channel.properties();
  const [value = 0] = elementsAs(channel, "ENUM");
  const listed = states.map((state) => `\n\t${state.slice(0, 26)}`).join("");
  return `\tValue: ${value}${states.length > 0 ? `\n\t${String(states.length).padStart(3)}${listed}` : ""}`;
}

const alarmText = (channel: Channel): string => {
  const { status, severity } = channel.read();
  return `${String(status).padStart(2)} ${String(severity).padStart(2)}`;
};

const stampText = (time: Timestamp): string => {
  if (time.seconds === UNDEFINED_TIME.seconds && time.nanoseconds === UNDEFINED_TIME.nanoseconds)
    return "<undefined>";
  const microseconds = String(Math.trunc(time.nanoseconds / 1000)).padStart(6, "0");
  return `${strftime("%Y/%m/%d %H:%M:%S", fromEpics(time))}.${microseconds}`;
};

const firstText = (channel: Channel): string => `\tValue: ${elementsAs(channel, "STRING")[0] ?? ""}`;

const labelled = (channel: Channel, text: string): string =>
  channel.elementCount === 1 ? `\tValue: ${text}` : text;

const families: Readonly<Record<string, (channel: Channel, type: CaType) => string>> = {
  "": (channel, type) => valuesText(channel, type, numberText(type)),
  STS_: (channel, type) =>
    alarmText(channel) +
    (type === "STRING" ? firstText(channel) : labelled(channel, valuesText(channel, type, numberText(type)))),
  TIME_: (channel, type) =>
    `${alarmText(channel)}\tTimeStamp: ${stampText(channel.read().time)}` +
    (type === "STRING" ? firstText(channel) : labelled(channel, valuesText(channel, type, numberText(type)))),
  GR_: (channel, type) => {
    if (type === "STRING") return alarmText(channel) + firstText(channel);
    if (type === "ENUM") return alarmText(channel) + enumText(channel);
    const values = valuesText(channel, type, numberText(type));
    return alarmText(channel) + metadataText(channel, type, false) + labelled(channel, values);
  },
  CTRL_: (channel, type) => {
    if (type === "STRING") return alarmText(channel) + firstText(channel);
    if (type === "ENUM") return alarmText(channel) + enumText(channel);
    const format = type === "CHAR" ? (value: ScalarValue) => String(value).padStart(4) : numberText(type, 6);
    const values = valuesText(channel, type, type === "FLOAT" ? numberText(type) : format);
    return alarmText(channel) + metadataText(channel, type, true) + labelled(channel, values);
  },
};

function readings(channel: Channel): readonly string[] {
  const types = exportType(channel.fieldType) === "STRING" ? (["STRING"] as const) : caTypes;
  const read = Object.entries(families).flatMap(([family, text]) =>
    types.map((type) => `DBR_${family}${type}\t${text(channel, type)}`),
  );
  if (types.length === 1) return read;
  const { transient, severity } = channel.acknowledge();
  const [value = ""] = elementsAs(channel, "STRING");
  const acknowledge = `${String(Number(transient)).padStart(2)} ${String(severity).padStart(2)}`;
  return [
    ...read,
    "\tDBR_PUT_ACKT Failed",
    "\tDBR_PUT_ACKS Failed",
    `DBR_STSACK_STRING\t${alarmText(channel)} ${acknowledge} ${value}`,
    `DBR_CLASS_NAME\t${channel.className}`,
  ];
}

function printChannel({ print, host }: CommandContext, pv: string, channel: Channel): void {
  const [elements = "", , , size = ""] = addressLines(channel.className, fieldView(host, pv));
  print(`   Record Name: ${host.engine.record(pv.split(".")[0] ?? "")?.name ?? pv}`);
  print(`   Export Type: ${caTypes.indexOf(exportType(channel.fieldType))}`);
  print(size);
  print(elements);
}

function withClientChannel<T>(host: IocshHost, pv: string, use: (channel: Channel) => T): T {
  if (!host.engine.has(pv)) throw new Rejection("Channel couldn't be created");
  return withChannel(host, pv, use);
}

/** The types that pft puts, in its order. */
const putTypes = ["SHORT", "LONG", "FLOAT", "DOUBLE", "CHAR", "ENUM"] as const;

/** Commands that read and write a field as a client of Channel Access does. */
export const clientCommands = [
  defineCommand({
    name: "gft",
    args: [recordName("record name")],
    help: "Read a field in every way in which a client of Channel Access can.",
    run([pv], context) {
      if (pv === undefined) throw new Rejection('Usage: gft "pv_name"');
      withClientChannel(context.host, pv, (channel) => {
        printChannel(context, pv, channel);
        for (const line of readings(channel)) context.print(line);
      });
    },
  }),
  defineCommand({
    name: "pft",
    args: [recordName("record name"), string("value")],
    help: "Write a field in the types that a client of Channel Access has, and read each back.",
    run([pv, value], context) {
      if (pv === undefined || value === undefined) throw new Rejection('Usage: pft "pv_name", "value"');
      withClientChannel(context.host, pv, (channel) => {
        printChannel(context, pv, channel);
        const shown = (type: CaType): string =>
          `DBR_${type}\t${numberText(type)(elementsAs(channel, type)[0] ?? "")} `;
        if (!channel.write({ type: "STRING", value }).ok) context.print("\n\t failed ");
        context.print(shown("STRING"));
        if (channel.fieldType === "STRING" || channel.fieldType === "ENUM") return;
        const number = Number.parseFloat(value);
        if (Number.isNaN(number)) return context.print("");
        for (const type of putTypes) {
          const put = isReal(type) ? number : Math.trunc(number);
          if (!channel.write({ type: type === "CHAR" ? "UCHAR" : type, value: put }).ok)
            context.print(`\n\t ${type} failed `);
          context.print(shown(type));
        }
        context.print("");
      });
    },
  }),
];
