import { failed, ok } from "../libcom/result.js";
import type { Argument, ArgumentKind, Command, CommandContext } from "./shell.js";

/** A failure that the shell reports with the place in the script, then goes on. */
export class CommandError extends Error {}

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
    invoke(words, context) {
      const values = args.map((argument, index) => {
        const parsed = argument.parse(words.slice(index));
        if (!parsed.ok) throw new CommandError(parsed.error);
        return parsed.value;
      });
      // The mapped tuple type says what `map` over a tuple loses.
      return definition.run(values as unknown as ArgumentValues<A>, context);
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
    if (value === undefined) return failed(`Invalid integer '${word}'.`);
    return Math.abs(value) > Number.MAX_SAFE_INTEGER ? failed(`Integer '${word}' out of range.`) : ok(value);
  },
});

export const double = (name: string): Argument<number> => ({
  name,
  kind: "double",
  parse: ([word = ""]) => {
    if (word === "") return ok(0);
    const value = Number(word);
    return Number.isNaN(value) && !/^[+-]?nan$/i.test(word) ? failed(`Invalid double '${word}'.`) : ok(value);
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

/** An integer as C's strtol with base 0 reads it, or undefined. */
export function parseInteger(word: string): number | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(word);
  if (match === null) return undefined;
  const digits = match[2] ?? "";
  const radix = /^0[xX]/.test(digits) ? 16 : digits.length > 1 && digits.startsWith("0") ? 8 : 10;
  const magnitude = Number.parseInt(radix === 16 ? digits.slice(2) : digits, radix);
  return match[1] === "-" ? -magnitude : magnitude;
}
