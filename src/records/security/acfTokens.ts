export type AcfKeyword = "UAG" | "HAG" | "ASG" | "RULE" | "CALC";
export type AcfPunctuation = "(" | ")" | "{" | "}" | ",";

/** One token of an access security file, with the line on which it ends. */
export type AcfToken = { readonly line: number; readonly text: string } & (
  | { readonly kind: AcfKeyword | AcfPunctuation | "string" | "float" | "end" }
  /** INPA to INPU; `index` is 0 for A. */
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "integer"; readonly value: number }
);

/** What is wrong, and the line where it was noticed. */
export interface AcfProblem {
  readonly line: number;
  readonly message: string;
}

const WORD = /[A-Za-z0-9_\-+:.[\]<>;]+/y;
const QUOTED = /"(?:[^"\n\\]|\\[^\n])*"/y;
const BROKEN_QUOTE = /"(?:[^"\n\\]|\\[^\n])*\n/y;
const INTEGER = /^[-+]?[0-9]+$/;
const FLOAT = /^[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const INPUT = /^INP([A-U])$/;
const KEYWORDS: ReadonlySet<string> = new Set<AcfKeyword>(["UAG", "HAG", "ASG", "RULE", "CALC"]);
const PUNCTUATION: ReadonlySet<string> = new Set<AcfPunctuation>(["(", ")", "{", "}", ","]);

const isKeyword = (text: string): text is AcfKeyword => KEYWORDS.has(text);
const isPunctuation = (text: string): text is AcfPunctuation => PUNCTUATION.has(text);

/** With so much wrong, the rest is not read. */
const MOST_PROBLEMS = 100;

/** Reads tokens one by one; what is none is reported and skipped, as EPICS Base does it. */
export class AcfLexer {
  readonly problems: AcfProblem[] = [];
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  next(): AcfToken {
    while (this.at < this.text.length) {
      const token = this.tokenHere();
      if (token !== undefined) return token;
    }
    return { kind: "end", text: "", line: this.line };
  }

  /** The token that starts here; undefined where blanks, a comment or something wrong was passed. */
  private tokenHere(): AcfToken | undefined {
    const character = this.text.charAt(this.at);
    if (character === "\n") this.line++;
    if (/[ \t\r\n]/.test(character)) {
      this.at++;
      return undefined;
    }
    if (character === "#") {
      const end = this.text.indexOf("\n", this.at);
      this.at = end < 0 ? this.text.length : end;
      return undefined;
    }
    if (isPunctuation(character)) {
      this.at++;
      return { kind: character, text: character, line: this.line };
    }
    const word = this.match(WORD);
    if (word !== undefined) return this.classified(word);
    const quoted = this.match(QUOTED);
    if (quoted !== undefined) return { kind: "string", text: quoted.slice(1, -1), line: this.line };
    if (this.match(BROKEN_QUOTE) !== undefined)
      this.complain("Newline in quoted string, closing quote missing");
    else this.skipInvalid();
    return undefined;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private classified(text: string): AcfToken | undefined {
    const { line } = this;
    if (isKeyword(text)) return { kind: text, text, line };
    const [, letter] = INPUT.exec(text) ?? [];
    if (letter !== undefined) return { kind: "input", text, line, index: letter.charCodeAt(0) - 65 };
    if (INTEGER.test(text)) {
      const value = Number(text);
      if (Math.abs(value) < 2 ** 63) return { kind: "integer", text, line, value };
      this.complain(`Error parsing Int64: ${text}`);
      return undefined;
    }
    return { kind: FLOAT.test(text) ? "float" : "string", text, line };
  }

  private skipInvalid(): void {
    const character = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    this.at += character.length;
    const isPrintable = /^[ -~]$/.test(character);
    const bytes = [...Buffer.from(character)].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`);
    for (const shown of isPrintable ? [`'${character}'`] : bytes) this.complain(`Invalid character ${shown}`);
  }

  private complain(message: string): void {
    this.problems.push({ line: this.line, message });
    if (this.problems.length >= MOST_PROBLEMS) this.at = this.text.length;
  }
}
