import { parseDouble } from "../libcom/parseNumber.js";
import { failed, ok } from "../libcom/result.js";
import type { Argument, ArgumentKind, Command, CommandContext } from "./shell.js";

/** A failure that the shell reports with the place in the script, then goes on. */
export class CommandError extends Error {}

/** A failure that EPICS Base says on the standard output and without a place, as it does with a usage line. */
export class Rejection extends Error {}

type ArgumentValues<A extends readonly Argument[]> = {
  readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never;
};

export interface CommandDefinition<A extends readonly Argument[]> {
  readonly name: string;
  readonly args: A;
  /** What the command does, one sentence first; shown by `help NAME`. */
  readonly help: string;
  run(values: ArgumentValues<A>, context: CommandContext): void | Promise<void>;
}

/** Makes a command; the values given to `run` have the types that `args` say. */
export function defineCommand<const A extends readonly Argument[]>(
  definition: CommandDefinition<A>,
): Command {
  const { name, args, help } = definition;
  return {
    name,
    args,
    help,
    prepare(words) {
      const values: unknown[] = [];
      for (const [index, argument] of args.entries()) {
        const parsed = argument.parse(words.slice(index));
        if (!parsed.ok) return parsed;
        values.push(parsed.value);
      }
      // The mapped tuple type says what a loop over a tuple loses.
      return ok((context) => definition.run(values as unknown as ArgumentValues<A>, context));
    },
  };
}

const text =
  (kind: ArgumentKind) =>
  (name: string): Argument<string | undefined> => ({
    name,
    kind,
    parse: ([word]) => ok(word),
  });

/** A missing string is undefined, an empty one is empty. */
export const string = text("string");
export const recordName = text("record");
export const path = text("path");

/** Decimal, octal with a leading 0, or 0x hexadecimal; missing or empty is 0. */
export const int = (name: string): Argument<number> => ({
  name,
  kind: "int",
  parse: ([word = ""]) => {
    if (word === "") return ok(0);
    const value = parseInteger(word);
    if (value === "range") return failed(`Integer '${word}' out of range.`);
    return value === undefined ? failed(`Invalid integer '${word}'.`) : ok(value);
  },
});

export const double = (name: string): Argument<number> => ({
  name,
  kind: "double",
  parse: ([word = ""]) => {
    if (word === "") return ok(0);
    const value = parseNumber(word);
    return value === undefined ? failed(`Invalid double '${word}'.`) : ok(value);
  },
});

/** All the words that are left. */
export const argv = (name: string): Argument<readonly string[]> => ({
  name,
  kind: "argv",
  parse: (words) => ok(words),
});

/** `pdbbase` is the only database: missing, 0 or its name. */
export const pdbbase = (name = "pdbbase"): Argument<undefined> => ({
  name,
  kind: "pdbbase",
  parse: ([word = ""]) =>
    word === "" || word.startsWith("0") || word === "pdbbase"
      ? ok(undefined)
      : failed(`Expecting 'pdbbase' got '${word}'.`),
});

/**
 * An integer as C's strtol with base 0 reads it and an `int` keeps it; undefined when it is none, "range" when it begins
 * with a number that no 64 bits hold.
 */
export function parseInteger(word: string): number | "range" | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(word);
  if (match === null) return undefined;
  const digits = match[2] ?? "";
  const isOctal = digits.length > 1 && digits.startsWith("0") && !/^0[xX]/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  if (magnitude >= 2n ** 64n) return "range";
  if (match[0].length < word.length) return undefined;
  return Number(BigInt.asIntN(32, match[1] === "-" ? -magnitude : magnitude));
}

/** A number as C's strtod reads it, or undefined. */
export function parseNumber(word: string): number | undefined {
  const parsed = parseDouble(word);
  return parsed.ok && parsed.value.rest === "" ? parsed.value.value : undefined;
}
