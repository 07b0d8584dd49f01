import { unescapeText } from "../libcom/escape.js";
import { Lexer, type OpenFile, type Token } from "./lexer.js";
import type {
  AliasDefinition,
  DatabaseProblem,
  FieldDefinition,
  RecordDefinition,
  SourceLocation,
} from "./recordDefinition.js";

export interface ParseContext {
  /** Opens an included file, or undefined after having said what is wrong. */
  include(name: string, location: SourceLocation): OpenFile | undefined;
  path(directories: string, location: SourceLocation, append: boolean): void;
  record(record: RecordDefinition): void;
  alias(alias: AliasDefinition): void;
  problem(problem: DatabaseProblem): void;
  /** What is wrong with a record name, in words; undefined for a good one. */
  nameProblem(name: string): string | undefined;
  warning(text: string): void;
}

class SyntaxProblem extends Error {
  constructor(
    readonly location: SourceLocation,
    message: string,
  ) {
    super(message);
  }
}

interface OpenRecord {
  readonly name: string;
  readonly type: string;
  readonly fields: Map<string, FieldDefinition>;
  readonly aliases: string[];
  readonly info: Map<string, string>;
  readonly location: SourceLocation;
}

const MAXIMUM_INCLUDE_DEPTH = 64;
const TOP_LEVEL_WORDS =
  "record|grecord|alias|include|path|addpath|menu|recordtype|device|driver|link|registrar|function|variable|breaktable";
const TOP_LEVEL_LINE = new RegExp(String.raw`^\s*(?:${TOP_LEVEL_WORDS})\b`);
const BODY_LINE = new RegExp(String.raw`^\s*(?:(?:field|info|${TOP_LEVEL_WORDS})\b|\})`);
/** Parts of a .dbd file: the record types are built in, so they are accepted and skipped. */
const DEFINITION_WORDS = new Set([
  "menu",
  "recordtype",
  "device",
  "driver",
  "link",
  "registrar",
  "function",
  "variable",
  "breaktable",
]);

class Parser {
  constructor(
    private readonly lexer: Lexer,
    private readonly context: ParseContext,
  ) {}

  parse(): void {
    for (let token = this.lexer.peek(); token.kind !== "end"; token = this.lexer.peek()) {
      try {
        this.item();
      } catch (error) {
        this.report(error);
        this.lexer.skipToLine(TOP_LEVEL_LINE);
      }
    }
  }

  private report(error: unknown, record?: string): void {
    if (!(error instanceof SyntaxProblem)) throw error;
    const { location, message } = error;
    this.context.problem(record === undefined ? { location, message } : { location, record, message });
  }

  private item(): void {
    const word = this.lexer.next();
    if (word.kind !== "word") throw this.unexpected(word, "record, alias or include");
    if (word.text === "record" || word.text === "grecord") this.record(word.location);
    else if (word.text === "alias") this.alias(word.location);
    else if (word.text === "include") this.include();
    else if (word.text === "path") this.context.path(this.text("a path"), word.location, false);
    else if (word.text === "addpath") this.context.path(this.text("a path"), word.location, true);
    else if (DEFINITION_WORDS.has(word.text)) this.skipDefinition(word);
    else throw this.unexpected(word, "record, alias or include");
  }

  private record(location: SourceLocation): void {
    this.punctuation("(");
    const type = this.text("a record type");
    this.punctuation(",");
    const name = this.text("a record name");
    this.punctuation(")");
    const bad = this.context.nameProblem(name);
    const record: OpenRecord = {
      name,
      type,
      fields: new Map(),
      aliases: [],
      info: new Map(),
      location,
    };
    if (this.isPunctuation("{")) this.body(record);
    if (bad === undefined) this.context.record(record);
    else this.context.problem({ location, record: name, message: bad });
  }

  private body(record: OpenRecord): void {
    this.punctuation("{");
    for (let token = this.lexer.peek(); !isClosing(token); token = this.lexer.peek()) {
      if (endsUnclosed(token)) {
        const location = token.kind === "end" ? record.location : token.location;
        this.context.problem({ location, record: record.name, message: "the record is not closed with }" });
        return;
      }
      try {
        this.bodyItem(record);
      } catch (error) {
        this.report(error, record.name);
        this.lexer.skipToLine(BODY_LINE);
      }
    }
    this.lexer.next();
  }

  private bodyItem(record: OpenRecord): void {
    const word = this.lexer.next();
    if (word.text === "include" && word.kind === "word") {
      this.include();
      return;
    }
    const known = word.text === "field" || word.text === "info" || word.text === "alias";
    if (word.kind !== "word" || !known) throw this.unexpected(word, "field, info, alias or }");
    this.punctuation("(");
    const name = this.text(word.text === "field" ? "a field name" : "a name");
    if (word.text === "alias") {
      this.punctuation(")");
      const bad = this.context.nameProblem(name);
      if (bad === undefined) record.aliases.push(name);
      else this.context.problem({ location: word.location, record: record.name, message: `alias: ${bad}` });
      return;
    }
    this.punctuation(",");
    const value = this.value();
    this.punctuation(")");
    if (word.text === "field") record.fields.set(name, { value, location: word.location });
    else record.info.set(name, value);
  }

  private alias(location: SourceLocation): void {
    this.punctuation("(");
    const record = this.text("a record name");
    this.punctuation(",");
    const alias = this.text("an alias");
    this.punctuation(")");
    const bad = this.context.nameProblem(alias);
    if (bad === undefined) this.context.alias({ record, alias, location });
    else this.context.problem({ location, record, message: `alias: ${bad}` });
  }

  private include(): void {
    const token = this.lexer.next();
    if (token.kind !== "string" && token.kind !== "word") throw this.unexpected(token, "a file name");
    if (this.lexer.depth >= MAXIMUM_INCLUDE_DEPTH)
      throw new SyntaxProblem(token.location, `"${token.text}" is included by itself`);
    const file = this.context.include(token.text, token.location);
    if (file) this.lexer.open(file);
  }

  private skipDefinition(word: Token): void {
    this.context.warning(
      `${word.location.file}:${word.location.line}: ${word.text} is ignored, record types are built in`,
    );
    let depth = 0;
    for (let token = this.lexer.next(); token.kind !== "end"; token = this.lexer.next()) {
      if (token.text === "{") depth++;
      else if (token.text === "}") depth--;
      const closed = token.text === "}" || (token.text === ")" && this.lexer.peek().text !== "{");
      if (depth <= 0 && closed) return;
    }
  }

  /** A field's value: a string without its escapes, a bare word, or JSON as compact text. */
  private value(): string {
    const token = this.lexer.next("value");
    if (token.kind === "string") return unescapeText(token.text);
    if (token.kind === "word") return token.text;
    return this.json(token);
  }

  private json(token: Token): string {
    if (token.kind === "string") return JSON.stringify(unescapeText(token.text));
    if (token.kind === "word") return isJsonWord(token.text) ? token.text : `"${token.text}"`;
    if (token.kind === "punctuation" && (token.text === "{" || token.text === "["))
      return this.jsonList(token.text === "{");
    throw this.unexpected(token, "a value");
  }

  private jsonList(isObject: boolean): string {
    const close = isObject ? "}" : "]";
    let text = "";
    for (;;) {
      const token = this.lexer.next("value");
      if (token.kind === "punctuation" && token.text === close) break;
      if (isObject) {
        if (token.kind !== "string" && token.kind !== "word") throw this.unexpected(token, "a key");
        const bare = token.kind === "word" && !/[+\-.]/.test(token.text);
        text += bare ? token.text : `"${token.text}"`;
        this.punctuation(":", "value");
        text += `:${this.json(this.lexer.next("value"))}`;
      } else text += this.json(token);
      const after = this.lexer.peek("value");
      if (after.kind !== "punctuation" || (after.text !== close && after.text !== ","))
        throw this.unexpected(this.lexer.next("value"), `, or ${close}`);
      if (after.text !== ",") continue;
      this.lexer.next("value");
      // A list of one constant keeps its comma: that tells it from a PV name.
      const last = this.lexer.peek("value").text === close;
      if (!last || !isObject) text += ",";
    }
    return isObject ? `{${text}}` : `[${text}]`;
  }

  private text(what: string): string {
    const token = this.lexer.next();
    if (token.kind !== "word" && token.kind !== "string") throw this.unexpected(token, what);
    return token.text;
  }

  private punctuation(text: string, mode: "database" | "value" = "database"): void {
    const token = this.lexer.next(mode);
    if (token.kind !== "punctuation" || token.text !== text) throw this.unexpected(token, text);
  }

  private isPunctuation(text: string): boolean {
    const token = this.lexer.peek();
    return token.kind === "punctuation" && token.text === text;
  }

  private unexpected(token: Token, wanted: string): SyntaxProblem {
    const found = token.kind === "end" || token.kind === "bad" ? token.text : `"${token.text}"`;
    return new SyntaxProblem(token.location, `${wanted} expected instead of ${found}`);
  }
}

const isClosing = (token: Token): boolean => token.kind === "punctuation" && token.text === "}";

/** The file, or the next record, comes before the closing brace. */
const endsUnclosed = (token: Token): boolean =>
  token.kind === "end" || (token.kind === "word" && /^g?record$/.test(token.text));

const isJsonWord = (text: string): boolean =>
  /^(?:null|true|false|NaN|[+-]?Infinity|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?0[xX][0-9a-fA-F]+)$/.test(
    text,
  );

/** Reads a .db file with everything it includes; what is found goes to the context in the order of the file. */
export function parseDatabase(file: OpenFile, context: ParseContext): void {
  new Parser(new Lexer(file), context).parse();
}
