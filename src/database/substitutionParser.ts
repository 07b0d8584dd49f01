import type { DatabaseProblem, SourceLocation } from "./recordDefinition.js";
import type {
  GlobalMacros,
  MacroPair,
  SubstitutionItem,
  SubstitutionRow,
  TemplateSubstitutions,
} from "./substitutions.js";
import { SyntaxProblem } from "./tokenReader.js";

export interface ParsedSubstitutions {
  readonly items: readonly SubstitutionItem[];
  readonly problems: readonly DatabaseProblem[];
}

interface Token {
  readonly kind: "word" | "quote" | "{" | "}" | "," | "=" | "end" | "bad";
  readonly text: string;
  readonly line: number;
}

// Words may hold macro references, which the boot script's environment resolves later.
const TOKEN =
  /(?<blank>[ \t\r\f\v]+|#.*)|(?<newline>\n)|"(?<double>(?:[^"\n\\]|\\.)*)"|'(?<single>(?:[^'\n\\]|\\.)*)'|(?<word>(?:\$\([^()\s]*\)|\$\{[^{}\s]*\}|[a-zA-Z0-9_\-+:./\\[\]<>;])+)|(?<punctuation>[{},=])|(?<bad>["'].*|.)/y;

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
  readonly items: SubstitutionItem[] = [];
  readonly problems: DatabaseProblem[] = [];
  private position = 0;

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
        this.problems.push({ location: error.location, message: error.message });
        this.skipToItem();
      }
    }
  }

  private item(): void {
    const word = this.next();
    if (word.kind === "word" && word.text === "global") this.items.push(this.globals());
    else if (word.kind === "word" && word.text === "file") this.items.push(this.template(word.line));
    else throw this.unexpected(word, "file or global");
  }

  private globals(): GlobalMacros {
    return { kind: "global", macros: this.definitions() };
  }

  private template(line: number): TemplateSubstitutions {
    const name = this.next();
    if (name.kind !== "word" && name.kind !== "quote") throw this.unexpected(name, "a file name");
    this.expect("{");
    const pattern = this.isWord("pattern") ? this.pattern() : undefined;
    const rows: SubstitutionRow[] = [];
    while (this.peek().kind !== "}") rows.push(this.row(pattern));
    this.expect("}");
    return { kind: "file", file: name.text, pattern, rows, location: this.at(line) };
  }

  private pattern(): string[] {
    this.next();
    return this.values().map((token) => token.text);
  }

  private row(pattern: readonly string[] | undefined): SubstitutionRow {
    const token = this.peek();
    if (this.isWord("global")) {
      this.next();
      return this.globals();
    }
    if (token.kind === "word") {
      this.problems.push({ location: this.at(token.line), message: `"${token.text}" before { is ignored` });
      this.next();
    }
    const location = this.at(this.peek().line);
    if (pattern === undefined) return { kind: "macros", macros: this.definitions(), location };
    const values = this.values();
    const extra = values[pattern.length];
    if (extra) {
      const message = `${values.length} values for ${pattern.length} names`;
      this.problems.push({ location: this.at(extra.line), message });
    }
    const texts = values.slice(0, pattern.length).map((value) => value.text);
    return { kind: "values", values: texts, location };
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
    const macros = new Map<string, string>();
    for (let token = this.next(); token.kind !== "}"; token = this.next()) {
      if (token.kind === ",") continue;
      if (token.kind !== "word") throw this.unexpected(token, "a macro name or }");
      this.expect("=");
      const value = this.next();
      if (value.kind !== "word" && value.kind !== "quote") throw this.unexpected(value, "a value");
      macros.set(token.text, value.text);
    }
    return [...macros];
  }

  private skipToItem(): void {
    const isStart = (): boolean =>
      this.isWord("file") || (this.isWord("global") && this.tokens[this.position + 1]?.kind === "{");
    while (this.peek().kind !== "end" && !isStart()) this.next();
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: "end", text: "the end of the file", line: 1 };
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.position++;
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
    return new SyntaxProblem(this.at(token.line), `${wanted} expected instead of ${found}`);
  }

  private at(line: number): SourceLocation {
    return { file: this.file, line };
  }
}

/** Reads a .substitutions file: pattern and variable form, global definitions, comments. */
export function parseSubstitutions(text: string, file: string): ParsedSubstitutions {
  const parser = new Parser(tokenize(text), file);
  parser.parse();
  return { items: parser.items, problems: parser.problems };
}
