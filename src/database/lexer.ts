import { MACRO_REFERENCE } from "./macroPattern.js";
import type { SourceLocation } from "./sourceLocation.js";

export type TokenKind = "word" | "string" | "punctuation" | "definition" | "end" | "bad";

export interface Token {
  readonly kind: TokenKind;
  /** As written; without its quotes for a string, except in a value, where JSON keeps them. */
  readonly text: string;
  readonly location: SourceLocation;
}

/** Which characters make words: a whole file's grammar, or that of a field's value, which is JSON with bare words. */
export type LexerMode = "database" | "value";

interface Rule {
  readonly kind: TokenKind;
  readonly pattern: RegExp;
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
// Strings of values are JSON5's: no control characters, and not every escape.
const JSON_CHARACTER = String.raw`\\[^ux1-9]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}`;
const jsonString = (quote: string): RegExp =>
  new RegExp(String.raw`${quote}(?:[^${quote}\\\x00-\x1f]|${JSON_CHARACTER})*${quote}`, "y");

const RULES: Readonly<Record<LexerMode, readonly Rule[]>> = {
  database: [
    { kind: "word", pattern: new RegExp(String.raw`(?:[a-zA-Z0-9_\-+:.[\]<>;]|${MACRO_REFERENCE})+`, "y") },
    { kind: "string", pattern: STRING },
    { kind: "definition", pattern: /%.*/y },
  ],
  value: [
    { kind: "word", pattern: new RegExp(String.raw`(?:[a-zA-Z0-9_\-+.]|${MACRO_REFERENCE})+`, "y") },
    { kind: "string", pattern: jsonString('"') },
    { kind: "string", pattern: jsonString("'") },
  ],
};

/** Characters that are a token by themselves, and begin no other. */
const PUNCTUATION: Readonly<Record<LexerMode, string>> = { database: "{}(),", value: "{}[]:,()" };

const BLANKS = /[ \t\r\n]+/y;
const CLOSED_STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;

/** One open file: its lines, macros expanded as they are reached. */
export interface OpenFile {
  readonly file: string;
  readonly lines: readonly string[];
  readonly expand: (line: string, location: SourceLocation) => string;
}

interface Position extends OpenFile {
  next: number;
  location: SourceLocation;
  text: string;
  column: number;
}

/** Cuts database files into tokens; an included file is read before the rest of the including one. */
export class Lexer {
  private readonly stack: Position[] = [];
  private peeked: { token: Token; mode: LexerMode } | undefined;
  /** Where the last line was taken from, also when everything is read. */
  private last: SourceLocation;

  constructor(file: OpenFile) {
    this.last = { file: file.file, line: 1 };
    this.open(file);
  }

  open(file: OpenFile): void {
    this.stack.push({ ...file, next: 0, location: this.last, text: "", column: 0 });
  }

  /** Whether a file is being read, the innermost include or one that it stands in. */
  isOpen(file: string): boolean {
    return this.stack.some((position) => position.file === file);
  }

  get location(): SourceLocation {
    return this.last;
  }

  peek(mode: LexerMode = "database"): Token {
    if (this.peeked?.mode !== mode) this.peeked = { token: this.read(mode), mode };
    return this.peeked.token;
  }

  next(mode: LexerMode = "database"): Token {
    const token = this.peek(mode);
    this.peeked = undefined;
    return token;
  }

  /** Goes on at the next line that meets `pattern`; used after an error. */
  skipToLine(pattern: RegExp): void {
    this.peeked = undefined;
    for (;;) {
      const position = this.stack.at(-1);
      if (!position) return;
      if (!this.nextLine(position)) this.stack.pop();
      else if (pattern.test(position.text)) return;
    }
  }

  private read(mode: LexerMode): Token {
    for (;;) {
      const position = this.stack.at(-1);
      if (!position) return { kind: "end", text: "the end of the file", location: this.last };
      if (this.atEndOfLine(position)) {
        if (!this.nextLine(position)) this.stack.pop();
        continue;
      }
      return this.match(position, mode);
    }
  }

  private atEndOfLine(position: Position): boolean {
    BLANKS.lastIndex = position.column;
    if (BLANKS.test(position.text)) position.column = BLANKS.lastIndex;
    return position.column >= position.text.length || position.text.charAt(position.column) === "#";
  }

  private nextLine(position: Position): boolean {
    const line = position.lines[position.next];
    if (line === undefined) return false;
    position.next++;
    this.last = position.location = { file: position.file, line: position.next };
    position.text = line.trimStart().startsWith("#") ? "" : position.expand(line, this.last);
    position.column = 0;
    return true;
  }

  private match(position: Position, mode: LexerMode): Token {
    const { location, column } = position;
    const character = position.text.charAt(column);
    if (PUNCTUATION[mode].includes(character)) {
      position.column++;
      return { kind: "punctuation", text: character, location };
    }
    for (const { kind, pattern } of RULES[mode]) {
      pattern.lastIndex = column;
      if (!pattern.test(position.text)) continue;
      position.column = pattern.lastIndex;
      const quotes = kind === "string" && mode === "database" ? 1 : 0;
      return { kind, text: position.text.slice(column + quotes, position.column - quotes), location };
    }
    const text = wrongText(position.text, column, mode);
    position.column = position.text.length;
    return { kind: "bad", text, location };
  }
}

/** What cannot be read at `column`, in words. */
function wrongText(line: string, column: number, mode: LexerMode): string {
  const character = line.charAt(column);
  const code = character.charCodeAt(0);
  const isQuote = character === '"' || (character === "'" && mode === "value");
  if (!isQuote) {
    const hex = code.toString(16).padStart(2, "0");
    return code < 0x20 || code === 0x7f ? `the character 0x${hex}` : `the character ${character}`;
  }
  CLOSED_STRING.lastIndex = column;
  return CLOSED_STRING.test(line)
    ? "a string with a character or an escape that JSON does not have"
    : "a quote that is not closed";
}
