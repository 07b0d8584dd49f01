import { failed, ok, type Result } from "./result.js";

/**
 * A JSON value as it stands in the text: maps keep the order of their keys and keys that come twice, whole numbers are
 * apart from others.
 */
export type JsonNode =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | JsonMap;

export interface JsonMap {
  readonly kind: "map";
  readonly entries: readonly JsonEntry[];
}

export interface JsonEntry {
  readonly key: string;
  readonly value: JsonNode;
}

const MAX_DEPTH = 64;
/** More digits than a whole number of 64 bits has, leading zeros of a hexadecimal one included. */
const MAX_DIGITS = 40;
const MAX_INTEGER = 2n ** 63n - 1n;

const BLANKS = /(?:[ \t\n\v\f\r]+|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/y;
const IDENTIFIER = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const NUMBER =
  /([+-]?)(?:(Infinity)|(0[xX][0-9a-fA-F]+)|((?:(?:0|[1-9][0-9]*)(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?))/y;
const WORD = /true|false|null|NaN/y;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n|\r)|([^1-9ux]))/y;

const ESCAPED: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

const WORDS: Readonly<Record<string, JsonNode>> = {
  true: { kind: "boolean", value: true },
  false: { kind: "boolean", value: false },
  null: { kind: "null" },
  NaN: { kind: "double", value: Number.NaN },
};

class JsonError extends Error {}

/** Reads one value at a time; blanks and comments may stand before each token. */
class JsonReader {
  #position = 0;

  constructor(private readonly text: string) {}

  whole(): JsonNode {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#position < this.text.length) this.#fail("nothing may follow the value");
    return value;
  }

  #fail(problem: string): never {
    throw new JsonError(`${problem} at character ${this.#position + 1} of ${this.text}`);
  }

  /** What matches here, which is then behind us. */
  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match;
  }

  #skipBlanks(): void {
    this.#take(BLANKS);
  }

  #takeCharacter(character: string): boolean {
    this.#skipBlanks();
    if (this.text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) this.#fail("nested too deeply");
    if (this.#takeCharacter("{")) return this.#map(depth);
    if (this.#takeCharacter("[")) return this.#array(depth);
    const text = this.#string();
    if (text !== undefined) return { kind: "string", value: text };
    const word = WORDS[this.#take(WORD)?.[0] ?? ""];
    return word ?? this.#number();
  }

  #map(depth: number): JsonMap {
    const entries: JsonEntry[] = [];
    while (!this.#takeCharacter("}")) {
      if (entries.length > 0 && !this.#takeCharacter(",")) this.#fail("expected , or }");
      if (entries.length > 0 && this.#takeCharacter("}")) break;
      this.#skipBlanks();
      const key = this.#string() ?? this.#take(IDENTIFIER)?.[0];
      if (key === undefined) this.#fail("expected a key");
      if (!this.#takeCharacter(":")) this.#fail("expected :");
      entries.push({ key, value: this.#value(depth + 1) });
    }
    return { kind: "map", entries };
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    while (!this.#takeCharacter("]")) {
      if (items.length > 0 && !this.#takeCharacter(",")) this.#fail("expected , or ]");
      if (items.length > 0 && this.#takeCharacter("]")) break;
      items.push(this.#value(depth + 1));
    }
    return { kind: "array", items };
  }

  #string(): string | undefined {
    const quote = this.text[this.#position];
    if (quote !== '"' && quote !== "'") return undefined;
    this.#position += 1;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#plainText(quote));
      const next = this.text[this.#position];
      if (next === quote) {
        this.#position += 1;
        return parts.join("");
      }
      const escaped = this.#take(ESCAPE);
      if (escaped === undefined) this.#fail("unfinished or invalid string");
      parts.push(escapedText(escaped));
    }
  }

  /** Up to the quote, an escape or a control character, which no string has. */
  #plainText(quote: string): string {
    const start = this.#position;
    while (this.#position < this.text.length) {
      const character = this.text[this.#position];
      if (character === quote || character === "\\" || this.text.charCodeAt(this.#position) < 0x20) break;
      this.#position += 1;
    }
    return this.text.slice(start, this.#position);
  }

  #number(): JsonNode {
    const match = this.#take(NUMBER);
    if (match === undefined) this.#fail("expected a value");
    const [text, sign, infinity, hexadecimal, decimal = "", fraction, onlyFraction, exponent] = match;
    if (infinity !== undefined) return { kind: "double", value: sign === "-" ? -Infinity : Infinity };
    const isWhole = (fraction ?? onlyFraction ?? exponent) === undefined;
    if (!isWhole) {
      const value = Number(text);
      if (!Number.isFinite(value)) this.#fail("number too large");
      return { kind: "double", value };
    }
    const digits = hexadecimal ?? decimal;
    const magnitude = digits.length > MAX_DIGITS ? undefined : BigInt(digits);
    if (magnitude === undefined || magnitude > MAX_INTEGER) this.#fail("number too large");
    return { kind: "integer", value: sign === "-" ? -magnitude : magnitude };
  }
}

function escapedText([, unicode, byte, lineEnd, character = ""]: RegExpExecArray): string {
  const code = unicode ?? byte;
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  return lineEnd === undefined ? (ESCAPED[character] ?? character) : "";
}

/**
 * Reads JSON5 as EPICS Base does in channel names, links and databases: keys without quotes, strings in single quotes, commas
 * at the end, comments, hexadecimal numbers, Infinity and NaN.
 */
export function parseJson5(text: string): Result<JsonNode> {
  try {
    return ok(new JsonReader(text).whole());
  } catch (error) {
    if (error instanceof JsonError) return failed(error.message);
    throw error;
  }
}
