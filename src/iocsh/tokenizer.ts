import { failed, ok, type Result } from "../libcom/result.js";

export interface Redirect {
  readonly path: string;
  readonly mode: "r" | "w" | "a";
}

/** A line broken into words, with its redirects by file descriptor. */
export interface SplitLine {
  readonly words: readonly string[];
  readonly redirects: ReadonlyMap<number, Redirect>;
}

const separators = " \t\r(),";
const isDescriptor = (character: string): boolean => character >= "1" && character <= "9";

/**
 * Breaks a line into words as EPICS Base's iocsh does: blanks, commas and parentheses separate, both quotes hold a
 * word together (a backslash inside them is itself), outside of quotes a backslash takes the next character as it is.
 */
export function splitLine(line: string): Result<SplitLine> {
  const words: string[] = [];
  const redirects = new Map<number, Redirect>();
  let word: string | undefined;
  let quote = "";
  let target: { descriptor: number; mode: Redirect["mode"] } | undefined;
  let targetIsOpen = false;

  /** False at the second redirect of a descriptor: EPICS Base keeps the first and ignores the rest of the line. */
  const endWord = (): boolean => {
    if (word === undefined) return true;
    const text = word;
    word = undefined;
    if (!targetIsOpen || target === undefined) {
      words.push(text);
      return true;
    }
    const { descriptor, mode } = target;
    target = undefined;
    targetIsOpen = false;
    if (redirects.has(descriptor)) return false;
    redirects.set(descriptor, { path: text, mode });
    return true;
  };

  for (let at = 0; at < line.length; at++) {
    let character = line[at] ?? "";
    if (quote !== "") {
      if (character === quote) quote = "";
      else word = (word ?? "") + character;
      continue;
    }
    if (character === "\\") {
      const next = line[++at];
      if (next === undefined) return failed("Trailing backslash.");
      if (target !== undefined) targetIsOpen = true;
      word = (word ?? "") + next;
      continue;
    }
    let descriptor = character === "<" ? 0 : 1;
    if (isDescriptor(character) && line[at + 1] === ">") {
      descriptor = Number(character);
      character = ">";
      at++;
    }
    if (character === "<" || character === ">") {
      if (!endWord()) return ok({ words, redirects });
      if (target !== undefined) return failed("Invalid redirection.");
      const append = character === ">" && line[at + 1] === ">";
      if (append) at++;
      target = { descriptor, mode: character === "<" ? "r" : append ? "a" : "w" };
    } else if (separators.includes(character)) {
      if (!endWord()) return ok({ words, redirects });
    } else {
      if (target !== undefined) targetIsOpen = true;
      if (character === '"' || character === "'") {
        quote = character;
        word ??= "";
      } else {
        word = (word ?? "") + character;
      }
    }
  }
  if (quote !== "") return failed("Unbalanced quote.");
  endWord();
  if (target !== undefined) return failed("Invalid redirection.");
  return ok({ words, redirects });
}
