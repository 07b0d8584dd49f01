export interface GivenOption {
  readonly letter: string;
  /** Empty where the option takes none. */
  readonly argument: string;
}

export interface GivenArguments {
  readonly options: readonly GivenOption[];
  readonly rest: readonly string[];
  /** The option that ended the reading. */
  readonly problem?: { readonly kind: "unknown" | "argumentMissing"; readonly letter: string };
}

/**
 * Reads a command line as getopt does, which the option libraries cannot: `-0x`, `-lx`, `-#5` and `-f8` join letter and
 * argument. `letters` is getopt's: a colon follows those that take an argument. With `stopAtFirst` what follows the
 * first word is no option, as `caput PV -5` needs it.
 */
export function getopt(argv: readonly string[], letters: string, stopAtFirst = false): GivenArguments {
  const options: GivenOption[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") return { options, rest: [...rest, ...argv.slice(index + 1)] };
    if (!word.startsWith("-") || word === "-") {
      if (stopAtFirst) return { options, rest: argv.slice(index) };
      rest.push(word);
      continue;
    }
    for (let position = 1; position < word.length; position++) {
      const letter = word.charAt(position);
      const place = letter === ":" ? -1 : letters.indexOf(letter);
      if (place < 0) return { options, rest, problem: { kind: "unknown", letter } };
      if (letters.charAt(place + 1) !== ":") {
        options.push({ letter, argument: "" });
        continue;
      }
      const joined = word.slice(position + 1);
      const argument = joined === "" ? argv[++index] : joined;
      if (argument === undefined) return { options, rest, problem: { kind: "argumentMissing", letter } };
      options.push({ letter, argument });
      break;
    }
  }
  return { options, rest };
}
