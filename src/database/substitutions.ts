import type { DatabaseProblem, SourceLocation } from "./recordDefinition.js";

/** One expansion of a template: a row of a .substitutions file. */
export interface Substitution {
  /** The template as written, macros not expanded. */
  readonly file: string;
  /** Macro definitions in order, values raw; a later one of the same name wins. */
  readonly macros: readonly (readonly [name: string, value: string])[];
  readonly location: SourceLocation;
}

export interface ParsedSubstitutions {
  readonly substitutions: readonly Substitution[];
  readonly problems: readonly DatabaseProblem[];
}

interface Token {
  readonly kind: "word" | "quote" | "{" | "}" | "," | "=" | "end" | "bad";
  readonly text: string;
  readonly line: number;
}

type MacroPair = readonly [name: string, value: string];

class SyntaxProblem extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

// Words may hold macro references, which the boot script's environment resolves later.
const TOKEN =
  /(?<blank>[ \t\r\f\v]+|#.*)|(?<newline>\n)|"(?<double>(?:[^"\n\\]|\\.)*)"|'(?<single>(?:[^'\n\\]|\\.)*)'|(?<word>(?:\$\([^()\s]*\)|\$\{[^{}\s]*\}|[a-zA-Z0-9_\-+:./\\[\]<>;])+)|(?<punctuation>[{},=])|(?<bad>.)/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const { newline, double, single, word, punctuation, bad } = match.groups ?? {};
    if (newline !== undefined) line++;
    else if (word !== undefined) tokens.push({ kind: "word", text: word, line });
    else if (double !== undefined || single !== undefined)
      tokens.push({ kind: "quote", text: double ?? single ?? "", line });
    else if (punctuation === "{" || punctuation === "}" || punctuation === "," || punctuation === "=")
      tokens.push({ kind: punctuation, text: punctuation, line });
    else if (bad !== undefined) tokens.push({ kind: "bad", text: bad, line });
  }
  tokens.push({ kind: "end", text: "the end of the file", line });
  return tokens;
}

class Parser {
  readonly substitutions: Substitution[] = [];
  readonly problems: DatabaseProblem[] = [];
  private readonly globals: MacroPair[] = [];
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly file: string,
  ) {}

  parse(): void {
    while (this.peek().kind !== "end") {
      try {
        this.item();
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        this.problem(error.line, error.message);
        this.skipToItem();
      }
    }
  }

  private item(): void {
    const word = this.next();
    if (word.kind === "word" && word.text === "global") this.globals.push(...this.definitions());
    else if (word.kind === "word" && word.text === "file") this.template();
    else throw this.unexpected(word, "file or global");
  }

  private template(): void {
    const name = this.next();
    if (name.kind !== "word" && name.kind !== "quote") throw this.unexpected(name, "a file name");
    this.expect("{");
    if (this.isWord("pattern")) {
      this.next();
      const names = this.values().map((token) => token.text);
      this.rows(name.text, () => this.patternRow(names));
    } else this.rows(name.text, () => this.definitions());
    this.expect("}");
  }

  private rows(file: string, readRow: () => MacroPair[]): void {
    for (let token = this.peek(); token.kind !== "}"; token = this.peek()) {
      if (this.isWord("global")) {
        this.next();
        this.globals.push(...this.definitions());
        continue;
      }
      if (token.kind === "word") {
        this.problem(token.line, `"${token.text}" before { is ignored`);
        this.next();
      }
      const location = { file: this.file, line: this.peek().line };
      const row = readRow();
      this.substitutions.push({ file, macros: [...this.globals, ...row], location });
    }
  }

  private patternRow(names: readonly string[]): MacroPair[] {
    const values = this.values();
    const extra = values[names.length];
    if (extra) this.problem(extra.line, `${values.length} values for ${names.length} names`);
    return values.slice(0, names.length).map((value, index) => [names[index] ?? "", asDefinition(value)]);
  }

  /** `{ a, b c, }`: commas are as good as blanks. */
  private values(): Token[] {
    this.expect("{");
    const values: Token[] = [];
    for (let token = this.next(); token.kind !== "}"; token = this.next()) {
      if (token.kind === "word" || token.kind === "quote") values.push(token);
      else if (token.kind !== ",") throw this.unexpected(token, "a value or }");
    }
    return values;
  }

  /** `{ A=1, B="two" }`. */
  private definitions(): MacroPair[] {
    this.expect("{");
    const pairs: MacroPair[] = [];
    for (let token = this.next(); token.kind !== "}"; token = this.next()) {
      if (token.kind === ",") continue;
      if (token.kind !== "word") throw this.unexpected(token, "a macro name or }");
      this.expect("=");
      const value = this.next();
      if (value.kind !== "word" && value.kind !== "quote") throw this.unexpected(value, "a value");
      pairs.push([token.text, asDefinition(value)]);
    }
    return pairs;
  }

  private skipToItem(): void {
    const isStart = (): boolean =>
      this.isWord("file") || (this.isWord("global") && this.tokens[this.at + 1]?.kind === "{");
    while (this.peek().kind !== "end" && !isStart()) this.next();
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: "end", text: "the end of the file", line: 1 };
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  private isWord(text: string): boolean {
    const token = this.peek();
    return token.kind === "word" && token.text === text;
  }

  private expect(kind: "{" | "}" | "="): void {
    const token = this.peek();
    if (token.kind !== kind) throw this.unexpected(token, kind);
    this.next();
  }

  private unexpected(token: Token, wanted: string): SyntaxProblem {
    const found = token.kind === "end" ? token.text : `"${token.text}"`;
    return new SyntaxProblem(token.line, `${wanted} expected instead of ${found}`);
  }

  private problem(line: number, message: string): void {
    this.problems.push({ location: { file: this.file, line }, message });
  }
}

/** As dbLoadTemplate hands it on to macLib: a quoted value keeps blanks and commas, its escapes go on expansion. */
const asDefinition = (token: Token): string => (token.kind === "quote" ? `"${token.text}"` : token.text);

/** Reads a .substitutions file: pattern and variable form, global definitions, comments. */
export function parseSubstitutions(text: string, file: string): ParsedSubstitutions {
  const parser = new Parser(tokenize(text), file);
  parser.parse();
  return { substitutions: parser.substitutions, problems: parser.problems };
}
