import { type CaChannel, CaError, Eca, ecaText } from "../ca/index.js";
import { elementCountOf, type TypedValue } from "../channel/dbf.js";
import { unescapeText } from "../libcom/escape.js";
import { readDouble } from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { waitSeconds, withChannels } from "./caConnect.js";
import { type GivenOption, getopt } from "./caGetopt.js";
import { type GetStyle, outcomeText, readOutcome, timeRequest } from "./caget.js";
import { takeOptions } from "./caOptions.js";
import { defaultFormat, processOutput, type ToolFormat, type ToolOutput } from "./caToolFormat.js";
import { caputUsage } from "./caUsage.js";
import { WideLines } from "./caWideLine.js";

const MAXIMUM_TEXT_BYTES = 39;

interface PutRequest {
  readonly style: GetStyle;
  readonly callback: boolean;
  readonly array: boolean;
  /** `-s`: an enum's value is a state and nothing else. */
  readonly enumAsText: boolean;
}

const cut = (text: string): string => Buffer.from(text).subarray(0, MAXIMUM_TEXT_BYTES).toString();

const scalarOrArray = <T>(list: readonly T[]): T | readonly T[] =>
  list.length === 1 ? (list[0] as T) : list;

function numbers(list: readonly number[]): TypedValue {
  const [only = 0] = list;
  return { type: "DOUBLE", value: list.length === 1 ? only : Float64Array.from(list) };
}

/** The value for an enum: states as text, numbers as numbers; a message when a word is neither. */
function enumValue(
  words: readonly string[],
  states: readonly string[],
  request: PutRequest,
  format: ToolFormat,
  output: ToolOutput,
): Result<TypedValue> {
  const found: number[] = [];
  for (const word of words) {
    const text = cut(unescapeText(word));
    if (!format.enumAsNumber && states.includes(text)) continue;
    const number = readDouble(format.enumAsNumber ? word : text)?.value;
    if (format.enumAsNumber && number === undefined)
      return failed(`Enum index value '${word}' is not a number.`);
    if (number === undefined || request.enumAsText) return failed(`Enum string value '${text}' invalid.`);
    const what = format.enumAsNumber ? word : text;
    if (number >= states.length) output.error(`Warning: enum index value '${what}' may be too large.`);
    found.push(number);
  }
  if (found.length === words.length) return ok(numbers(found));
  return ok({ type: "STRING", value: scalarOrArray(words.map((word) => cut(unescapeText(word)))) });
}

async function valueToPut(
  channel: CaChannel,
  words: readonly string[],
  request: PutRequest,
  format: ToolFormat,
  output: ToolOutput,
): Promise<Result<TypedValue>> {
  if (channel.fieldType === "ENUM") {
    const properties = await channel.properties({ timeoutSeconds: waitSeconds(format) });
    return enumValue(words, properties.states ?? [], request, format, output);
  }
  if (format.charArrayAsText) {
    const bytes = Buffer.from(`${unescapeText(words.join(" "))}\0`);
    return ok({ type: "UCHAR", value: Uint8Array.from(bytes) });
  }
  return ok({ type: "STRING", value: scalarOrArray(words.map((word) => cut(unescapeText(word)))) });
}

async function show(
  channel: CaChannel,
  label: string,
  request: PutRequest,
  format: ToolFormat,
  output: ToolOutput,
): Promise<void> {
  const options = {
    ...timeRequest(channel, { ...format, floatAsText: false }),
    timeoutSeconds: waitSeconds(format),
  };
  const outcome = await readOutcome(channel, { ...options, count: channel.elementCount });
  if (outcome.status === Eca.TIMEOUT) output.error("Read operation timed out: PV data was not read.");
  const plain = { ...format, count: 0 };
  output.out(label + outcomeText(outcome, request.style, plain, new WideLines(plain)));
}

/** Writes; returns the message of what went wrong. */
async function write(
  channel: CaChannel,
  value: TypedValue,
  request: PutRequest,
  format: ToolFormat,
): Promise<string | undefined> {
  const refused = (status: number): string => `ERROR from put operation: ${ecaText(status)}`;
  if (!channel.access.write) return refused(Eca.NOWTACCESS);
  if (elementCountOf(value.value) > channel.elementCount) return refused(Eca.BADCOUNT);
  if (!request.callback) return channel.write(value).ok ? undefined : refused(Eca.DISCONN);
  try {
    await channel.writeNotify(value, { timeoutSeconds: waitSeconds(format) });
    return undefined;
  } catch (error) {
    const status = error instanceof CaError ? error.status : Eca.PUTFAIL;
    return status === Eca.TIMEOUT
      ? "Write callback operation timed out"
      : `ERROR occured writing data: ${ecaText(status)}`;
  }
}

async function put(
  channel: CaChannel,
  words: readonly string[],
  request: PutRequest,
  format: ToolFormat,
  output: ToolOutput,
): Promise<number> {
  const value = await valueToPut(channel, words, request, format, output);
  if (!value.ok) {
    output.error(value.error);
    return 1;
  }
  if (request.style !== "terse") await show(channel, "Old : ", request, format, output);
  const problem = await write(channel, value.value, request, format);
  if (problem !== undefined) {
    output.error(problem);
    if (!problem.startsWith("Write callback")) return 1;
  }
  await show(channel, request.style === "terse" ? "" : "New : ", request, format, output);
  return 0;
}

/** caput: writes a PV and prints it before and after. Returns the exit code. */
export async function main(
  argv: readonly string[],
  _program = "caput",
  output: ToolOutput = processOutput,
): Promise<number> {
  const format = defaultFormat(output);
  const request = { style: "plain" as GetStyle, callback: false, array: false, enumAsText: false };
  const given = getopt(argv, "cnlhatsVS#:w:p:F:", true);
  const actions: Readonly<Record<string, () => void>> = {
    c: () => Object.assign(request, { callback: true }),
    t: () => Object.assign(request, { style: "terse" }),
    l: () => Object.assign(request, { style: "wide" }),
    a: () => {
      request.array = true;
      format.charArrayAsText = false;
    },
    S: () => {
      request.array = false;
      format.charArrayAsText = true;
    },
    n: () => {
      format.enumAsNumber = true;
      request.enumAsText = false;
    },
    s: () => {
      format.enumAsNumber = false;
      request.enumAsText = true;
    },
  };
  const own = ({ letter }: GivenOption): boolean => {
    actions[letter]?.();
    return actions[letter] !== undefined;
  };
  const exitCode = takeOptions({ name: "caput", usage: caputUsage }, given, format, output, own);
  if (exitCode !== undefined) return exitCode;
  const [name, ...values] = given.rest;
  if (name === undefined || values.length === 0) {
    output.error("No value specified. ('caput -h' for help.)");
    return 1;
  }
  const words = request.array ? values.slice(1) : [values.join(" ")];
  return withChannels([name], format, output, async ([channel]) =>
    channel === undefined ? 1 : put(channel, words, request, format, output),
  );
}
