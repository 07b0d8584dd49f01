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

/** A redirect whose path has not been read yet. */
interface OpenRedirect {
  readonly descriptor: number;
  readonly mode: Redirect["mode"];
}

/** Where a line has been read to. */
class LineReader {
  readonly words: string[] = [];
  readonly redirects = new Map<number, Redirect>();
  #at = 0;
  /** The word being read; undefined between words. */
  #word: string | undefined;
  #redirect: OpenRedirect | undefined;

  constructor(private readonly line: string) {}

  /** Reads all of it; the result says why it cannot be read, or nothing. */
  read(): string | undefined {
    while (this.#at < this.line.length) {
      const character = this.#take();
      if (character === '"' || character === "'") {
        if (!this.#takeQuoted(character)) return "Unbalanced quote.";
      } else if (character === "\\") {
        if (this.#at === this.line.length) return "Trailing backslash.";
        this.#append(this.#take());
      } else if (separators.includes(character)) {
        if (!this.#endWord()) return undefined;
      } else {
        const redirect = this.#redirectAt(character);
        if (redirect === undefined) this.#append(character);
        else {
          if (!this.#endWord()) return undefined;
          if (this.#redirect !== undefined) return "Invalid redirection.";
          this.#redirect = redirect;
        }
      }
    }
    this.#endWord();
    return this.#redirect === undefined ? undefined : "Invalid redirection.";
  }

  #take(): string {
    return this.line.charAt(this.#at++);
  }

  #append(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #takeQuoted(quote: string): boolean {
    const end = this.line.indexOf(quote, this.#at);
    if (end < 0) return false;
    this.#append(this.line.slice(this.#at, end));
    this.#at = end + 1;
    return true;
  }

  /** The redirect that begins with `character`, with what follows of its sign taken. */
  #redirectAt(character: string): OpenRedirect | undefined {
    if (character === "<") return { descriptor: 0, mode: "r" };
    const isNumbered = isDescriptor(character) && this.line[this.#at] === ">";
    if (isNumbered) this.#at++;
    else if (character !== ">") return undefined;
    const appends = this.line[this.#at] === ">";
    if (appends) this.#at++;
    return { descriptor: isNumbered ? Number(character) : 1, mode: appends ? "a" : "w" };
  }

  /** False at the second redirect of a descriptor: EPICS Base keeps the first and ignores the rest of the line. */
  #endWord(): boolean {
    const word = this.#word;
    if (word === undefined) return true;
    this.#word = undefined;
    const redirect = this.#redirect;
    this.#redirect = undefined;
    if (redirect === undefined) this.words.push(word);
    else if (this.redirects.has(redirect.descriptor)) return false;
    else this.redirects.set(redirect.descriptor, { path: word, mode: redirect.mode });
    return true;
  }
}

/**
 * Breaks a line into words as EPICS Base's iocsh does: blanks, commas and parentheses separate, both quotes hold a
 * word together (a backslash inside them is itself), outside of quotes a backslash takes the next character as it is.
 */
export function splitLine(line: string): Result<SplitLine> {
  const reader = new LineReader(line);
  const problem = reader.read();
  if (problem !== undefined) return failed(problem);
  const { words, redirects } = reader;
  return ok({ words, redirects });
}
