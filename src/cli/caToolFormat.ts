import { formatExponential, formatFixed, formatGeneral } from "../libcom/cFormat.js";
import { parseDouble } from "../libcom/parseNumber.js";
import type { GivenArguments, GivenOption } from "./caGetopt.js";
import { writeOutput } from "./standardOutput.js";

export type IntegerBase = "decimal" | "binary" | "octal" | "hexadecimal";

/** How the Channel Access tools print values, and whom they ask how long. */
export interface ToolFormat {
  timeoutSeconds: number;
  priority: number;
  formatDouble: (value: number) => string;
  integerBase: IntegerBase;
  /** Anything but decimal: floating point values are rounded and printed as integers. */
  floatBase: IntegerBase;
  separator: string;
  enumAsNumber: boolean;
  charArrayAsText: boolean;
  floatAsText: boolean;
  /** `-#`; 0 where it is not given. */
  count: number;
}

/** Where a tool's messages and output go; a test reads them. */
export interface ToolOutput {
  readonly out: (text: string) => void;
  readonly error: (line: string) => void;
}

/** `ERROR` is red on a terminal. */
const coloured = (line: string): string =>
  process.stderr.isTTY ? line.replace(/^ERROR/, "\x1b[31;1mERROR\x1b[0m") : line;

export const processOutput: ToolOutput = {
  out: writeOutput,
  error: (line) => void process.stderr.write(`${coloured(line)}\n`),
};

const DEFAULT_TIMEOUT_SECONDS = 1;
const MAXIMUM_PRIORITY = 99;
const MAXIMUM_DIGITS = 18;

/** The leading integer of a text, as sscanf finds it. */
export function leadingInteger(text: string): number | undefined {
  const match = /^\s*[+-]?\d+/.exec(text);
  return match === null ? undefined : Number(match[0]);
}

function seconds(text: string): number | undefined {
  const parsed = parseDouble(text);
  return parsed.ok && parsed.value.rest === "" ? parsed.value.value : undefined;
}

/** The format before any option, with EPICS_CLI_TIMEOUT. */
export function defaultFormat(output: ToolOutput, environment: NodeJS.ProcessEnv = process.env): ToolFormat {
  const text = environment["EPICS_CLI_TIMEOUT"];
  const timeout = text === undefined ? DEFAULT_TIMEOUT_SECONDS : seconds(text);
  if (timeout === undefined)
    output.error(
      `'${text}' is not a valid timeout value (from 'EPICS_CLI_TIMEOUT' in the environment) - ignored. (use '-h' for help.)`,
    );
  return {
    timeoutSeconds: timeout ?? DEFAULT_TIMEOUT_SECONDS,
    priority: 0,
    formatDouble: formatGeneral,
    integerBase: "decimal",
    floatBase: "decimal",
    separator: " ",
    enumAsNumber: false,
    charArrayAsText: false,
    floatAsText: false,
    count: 0,
  };
}

const bases: Readonly<Record<string, IntegerBase>> = { x: "hexadecimal", b: "binary", o: "octal" };

const doubleFormats: Readonly<Record<string, (value: number, digits: number) => string>> = {
  e: formatExponential,
  f: formatFixed,
  g: formatGeneral,
};

type Apply = (format: ToolFormat, option: GivenOption, tool: string, output: ToolOutput) => void;

const setDigits: Apply = (format, { letter, argument }, _tool, output) => {
  const digits = leadingInteger(argument);
  const formatNumber = doubleFormats[letter];
  if (digits === undefined || formatNumber === undefined)
    output.error(`Invalid precision argument '${argument}' for option '-${letter}' - ignored.`);
  else if (digits < 0 || digits > MAXIMUM_DIGITS)
    output.error(`Precision ${digits} for option '-${letter}' out of range - ignored.`);
  else format.formatDouble = (value) => formatNumber(value, digits);
};

export const baseOf = (argument: string): IntegerBase | undefined => bases[argument.charAt(0)];

const setBase: Apply = (format, { letter, argument }, _tool, output) => {
  const base = baseOf(argument);
  if (base === undefined) output.error(`Invalid argument '${argument}' for option '-${letter}' - ignored.`);
  else if (letter === "0") format.integerBase = base;
  else format.floatBase = base;
};

/** The options that mean the same in several tools. */
const commonOptions: Readonly<Record<string, Apply>> = {
  n: (format) => {
    format.enumAsNumber = true;
  },
  s: (format) => {
    format.floatAsText = true;
  },
  S: (format) => {
    format.charArrayAsText = true;
  },
  e: setDigits,
  f: setDigits,
  g: setDigits,
  l: setBase,
  "0": setBase,
  F: (format, { argument }) => {
    // What C takes of an empty argument is its NUL.
    format.separator = argument.charAt(0) || "\0";
  },
  w: (format, { argument }, tool, output) => {
    const timeout = seconds(argument);
    if (timeout !== undefined) format.timeoutSeconds = timeout;
    else
      output.error(
        `'${argument}' is not a valid timeout value - ignored, using '${formatFixed(format.timeoutSeconds, 1)}'. ('${tool} -h' for help.)`,
      );
  },
  p: (format, { argument }, tool, output) => {
    const priority = leadingInteger(argument);
    if (priority === undefined)
      output.error(`'${argument}' is not a valid CA priority - ignored. ('${tool} -h' for help.)`);
    format.priority = Math.min(Math.max(priority ?? 0, 0), MAXIMUM_PRIORITY);
  },
  "#": (format, { argument }, tool, output) => {
    const count = leadingInteger(argument);
    if (count === undefined)
      output.error(`'${argument}' is not a valid array element count - ignored. ('${tool} -h' for help.)`);
    // The number has no sign in C: one below 0 is larger than any array.
    format.count = count === undefined || count >= 0 ? (count ?? 0) : Number.MAX_SAFE_INTEGER;
  },
};

/** Applies an option that several tools share; returns whether it is one. */
export function applyCommonOption(
  format: ToolFormat,
  option: GivenOption,
  tool: string,
  output: ToolOutput,
): boolean {
  const apply = commonOptions[option.letter];
  apply?.(format, option, tool, output);
  return apply !== undefined;
}

/** The message for an option that does not exist or lacks its argument. */
export function describeOptionProblem(problem: NonNullable<GivenArguments["problem"]>, tool: string): string {
  const { kind, letter } = problem;
  return kind === "unknown"
    ? `Unrecognized option: '-${letter}'. ('${tool} -h' for help.)`
    : `Option '-${letter}' requires an argument. ('${tool} -h' for help.)`;
}
