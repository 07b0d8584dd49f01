import {
  type CaChannel,
  CaError,
  type CaReading,
  DBR_TYPES,
  type DbrType,
  dbrTypeOf,
  Eca,
  ecaText,
  type ReadOptions,
} from "../ca/index.js";
import { elementCountOf } from "../channel/dbf.js";
import { waitSeconds, withChannels } from "./caConnect.js";
import { extraLines } from "./caExtraText.js";
import { type GivenOption, getopt } from "./caGetopt.js";
import { takeOptions } from "./caOptions.js";
import {
  baseOf,
  defaultFormat,
  leadingInteger,
  processOutput,
  type ToolFormat,
  type ToolOutput,
} from "./caToolFormat.js";
import { cagetUsage } from "./caUsage.js";
import { elementTexts, longText } from "./caValueText.js";
import { nameColumn, WideLines } from "./caWideLine.js";

export type GetStyle = "plain" | "terse" | "wide" | "dbr";

/** A channel's reading, or the ECA status that came instead. */
export interface Outcome {
  readonly name: string;
  readonly nativeType: string;
  readonly status: number;
  readonly reading?: CaReading;
}

/** What `-d` asks for, by name with or without DBR_, or by number; undefined when there is no such type. */
export function requestedDbr(text: string): DbrType | undefined {
  const number = leadingInteger(text);
  const name = text.replace(/^DBR_/, "");
  const type = DBR_TYPES.find((candidate) =>
    number === undefined ? candidate.name === `DBR_${name}` : candidate.code === number,
  );
  return type?.class === "ackt" || type?.class === "acks" ? undefined : type;
}

/** DBR_TIME_xxx of the native type; enums and, with `-s`, floating point numbers as text. */
export function timeRequest(channel: CaChannel, format: ToolFormat): ReadOptions {
  const { fieldType } = channel;
  if (fieldType === "ENUM") return { type: "time", as: format.enumAsNumber ? "SHORT" : "STRING" };
  const isFloat = fieldType === "FLOAT" || fieldType === "DOUBLE";
  return { type: "time", as: isFloat && format.floatAsText ? "STRING" : fieldType };
}

/** Reads one channel; failures become a status. */
export async function readOutcome(channel: CaChannel, options: ReadOptions): Promise<Outcome> {
  const outcome = { name: channel.name, nativeType: channel.fieldType };
  if (!channel.access.read) return { ...outcome, status: Eca.NORDACCESS };
  try {
    return { ...outcome, status: Eca.NORMAL, reading: await channel.read(options) };
  } catch (error) {
    return { ...outcome, status: error instanceof CaError ? error.status : Eca.GETFAIL };
  }
}

/** Why there is no value. */
function problemText(status: number): string {
  if (status === Eca.DISCONN) return "*** not connected";
  if (status === Eca.NORDACCESS) return "*** no read access";
  if (status === Eca.TIMEOUT) return "*** no data available (timeout)";
  return `*** CA error ${ecaText(status)}`;
}

/** The values of a reading, after their number where there are several. */
function valuesText(reading: CaReading, format: ToolFormat): string {
  const text = longText(reading, format);
  if (text !== undefined) return text;
  const count = elementCountOf(reading.value);
  const number = format.count > 0 || count > 1 ? [String(count)] : [];
  return [...number, ...elementTexts(reading, format)].join(format.separator);
}

function dbrLines(outcome: Outcome, format: ToolFormat): string {
  const { reading, name, nativeType, status } = outcome;
  if (reading === undefined) return `${name}\n    ${problemText(status)}\n`;
  const native = nativeType === "UCHAR" ? "CHAR" : nativeType;
  const head = [name, `    Native data type: DBF_${native}`, `    Request type:     ${reading.dbr.name}`];
  const text = longText(reading, format) ?? elementTexts(reading, format).join(format.separator);
  const lines =
    reading.dbr.class === "className"
      ? [...head, `    Class Name:       ${elementTexts(reading, format)[0]}`]
      : [
          ...head,
          `    Element count:    ${elementCountOf(reading.value)}`,
          `    Value:            ${text}`,
          ...extraLines(reading),
        ];
  return `${lines.join("\n")}\n`;
}

export function outcomeText(outcome: Outcome, style: GetStyle, format: ToolFormat, wide: WideLines): string {
  const { name, reading, status } = outcome;
  if (style === "dbr") return dbrLines(outcome, format);
  if (style === "wide")
    return reading === undefined
      ? wide.problem(name, problemText(status).slice(4))
      : wide.line(outcome, reading);
  const count = reading === undefined ? 0 : elementCountOf(reading.value);
  const column = style === "plain" ? nameColumn(name, count, format) : "";
  return `${column}${reading === undefined ? problemText(status) : valuesText(reading, format)}\n`;
}

interface GetRequest {
  readonly style: GetStyle;
  readonly dbr: DbrType | undefined;
  /** `-c`: arrays come with the elements they have, not with all they could have. */
  readonly callback: boolean;
}

function readOptions(channel: CaChannel, request: GetRequest, format: ToolFormat): ReadOptions {
  const most = format.count > 0 ? Math.min(format.count, channel.elementCount) : 0;
  const count = most > 0 || request.callback ? most : channel.elementCount;
  const timeoutSeconds = waitSeconds(format);
  if (request.style !== "dbr" || request.dbr === undefined)
    return { ...timeRequest(channel, format), count, timeoutSeconds };
  const { class: kind, base } = request.dbr;
  if (kind === "ackt" || kind === "acks") throw new RangeError(`${request.dbr.name} cannot be read`);
  return { type: kind, as: base, count, timeoutSeconds };
}

async function get(
  channels: readonly CaChannel[],
  request: GetRequest,
  format: ToolFormat,
  output: ToolOutput,
): Promise<number> {
  const outcomes = await Promise.all(
    channels.map((channel) => readOutcome(channel, readOptions(channel, request, format))),
  );
  // Base's waits in vain for what the server refuses.
  if (outcomes.some(({ status, reading }) => reading === undefined && status !== Eca.NORDACCESS))
    output.error("Read operation timed out: some PV data was not read.");
  const wide = new WideLines(format);
  for (const outcome of outcomes) output.out(outcomeText(outcome, request.style, format, wide));
  return 0;
}

const styles: Readonly<Record<string, GetStyle>> = { t: "terse", a: "wide", d: "dbr" };

/** caget: reads PVs once and prints them. Returns the exit code. */
export async function main(
  argv: readonly string[],
  _program = "caget",
  output: ToolOutput = processOutput,
): Promise<number> {
  const format = defaultFormat(output);
  let style: GetStyle = "plain";
  let dbr: DbrType | undefined;
  let callback = false;
  const given = getopt(argv, "taicnhsSVe:f:g:l:#:d:0:w:p:F:");
  const own = ({ letter, argument }: GivenOption): boolean => {
    if (letter === "c") {
      callback = true;
      return true;
    }
    // Integers in another base are asked for as such, unless a later -d wants something else.
    if (letter === "0" && baseOf(argument) !== undefined) dbr = dbrTypeOf("plain", "LONG");
    const wanted = styles[letter];
    if (wanted === undefined) return false;
    if (style !== "plain") output.error("Options t,d,a are mutually exclusive. ('caget -h' for help.)");
    style = wanted;
    if (wanted !== "dbr") return true;
    dbr = requestedDbr(argument);
    if (dbr !== undefined) return true;
    output.error("Requested dbr type out of range or invalid - ignored. ('caget -h' for help.)");
    style = "plain";
    return true;
  };
  const exitCode = takeOptions({ name: "caget", usage: cagetUsage }, given, format, output, own);
  if (exitCode !== undefined) return exitCode;
  return withChannels(given.rest, format, output, (channels) =>
    get(channels, { style, dbr, callback }, format, output),
  );
}
