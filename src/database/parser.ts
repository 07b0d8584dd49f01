import { isDefinition, takeDefinition } from "./definitionParser.js";
import type { Definition } from "./definitions.js";
import { takeFieldText } from "./fieldText.js";
import { Lexer, type OpenFile, type Token } from "./lexer.js";
import type {
  AliasDefinition,
  DatabaseProblem,
  FieldDefinition,
  RecordDefinition,
  SourceLocation,
} from "./recordDefinition.js";
import {
  isPunctuation,
  SyntaxProblem,
  takePunctuation,
  takeText,
  takeTexts,
  unexpected,
} from "./tokenReader.js";

export interface ParseContext {
  /** Opens a file that is included, inside of `record` or outside; undefined after having said what is wrong. */
  include(name: string, location: SourceLocation, record: string | undefined): OpenFile | undefined;
  path(directories: string, append: boolean): void;
  record(record: RecordDefinition): void;
  alias(alias: AliasDefinition): void;
  /** What belongs into a .dbd file: menus, device supports, breakpoint tables ... */
  definition(definition: Definition): void;
  problem(problem: DatabaseProblem): void;
  /** What is wrong with a record name, in words; undefined for a good one. */
  nameProblem(name: string): string | undefined;
}

interface OpenRecord {
  readonly name: string;
  readonly type: string;
  readonly fields: Map<string, FieldDefinition>;
  readonly aliases: string[];
  readonly info: Map<string, string>;
  readonly location: SourceLocation;
}

const TOP_LEVEL_WORDS =
  "record|grecord|alias|include|path|addpath|menu|recordtype|device|driver|link|registrar|function|variable|breaktable";
const TOP_LEVEL_LINE = new RegExp(String.raw`^\s*(?:${TOP_LEVEL_WORDS})\b`);
const BODY_LINE = new RegExp(String.raw`^\s*(?:(?:field|info|${TOP_LEVEL_WORDS})\b|\})`);

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
    if (word.kind !== "word") throw unexpected(word, "record, alias or include");
    if (word.text === "record" || word.text === "grecord") this.record(word.location);
    else if (word.text === "alias") this.alias(word.location);
    else if (word.text === "include") this.include();
    else if (word.text === "path") this.context.path(takeText(this.lexer, "a path"), false);
    else if (word.text === "addpath") this.context.path(takeText(this.lexer, "a path"), true);
    else if (isDefinition(word.text)) this.definition(word);
    else throw unexpected(word, "record, alias or include");
  }

  private definition(word: Token): void {
    this.context.definition(takeDefinition(this.lexer, word, { include: () => this.include() }));
  }

  private record(location: SourceLocation): void {
    const [type, name] = takeTexts(this.lexer, "a record type", "a record name");
    const bad = this.context.nameProblem(name);
    const record: OpenRecord = {
      name,
      type,
      fields: new Map(),
      aliases: [],
      info: new Map(),
      location,
    };
    if (isPunctuation(this.lexer.peek(), "{")) this.body(record);
    if (bad === undefined) this.context.record(record);
    else this.context.problem({ location, record: name, message: bad });
  }

  private body(record: OpenRecord): void {
    takePunctuation(this.lexer, "{");
    for (let token = this.lexer.peek(); !isPunctuation(token, "}"); token = this.lexer.peek()) {
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
      this.include(record.name);
      return;
    }
    const known = word.text === "field" || word.text === "info" || word.text === "alias";
    if (word.kind !== "word" || !known) throw unexpected(word, "field, info, alias or }");
    if (word.text === "alias") this.recordAlias(record, word.location);
    else this.recordValue(record, word.text, word.location);
  }

  private recordAlias(record: OpenRecord, location: SourceLocation): void {
    const [alias] = takeTexts(this.lexer, "an alias");
    const bad = this.context.nameProblem(alias);
    if (bad === undefined) record.aliases.push(alias);
    else this.context.problem({ location, record: record.name, message: `alias: ${bad}` });
  }

  private recordValue(record: OpenRecord, what: "field" | "info", location: SourceLocation): void {
    takePunctuation(this.lexer, "(");
    const name = takeText(this.lexer, what === "field" ? "a field name" : "the name of an info tag");
    takePunctuation(this.lexer, ",");
    const value = takeFieldText(this.lexer);
    takePunctuation(this.lexer, ")");
    if (what === "field") record.fields.set(name, { value, location });
    else if (name !== "") record.info.set(name, value);
    else throw new SyntaxProblem(location, "the name of an info tag cannot be empty");
  }

  private alias(location: SourceLocation): void {
    const [record, alias] = takeTexts(this.lexer, "a record name", "an alias");
    const bad = this.context.nameProblem(alias);
    if (bad === undefined) this.context.alias({ record, alias, location });
    else this.context.problem({ location, record, message: `alias: ${bad}` });
  }

  private include(record?: string): void {
    const { location } = this.lexer.peek();
    const name = takeText(this.lexer, "a file name");
    const file = this.context.include(name, location, record);
    if (file && this.lexer.isOpen(file.file))
      throw new SyntaxProblem(location, `"${name}" is included by itself`);
    if (file) this.lexer.open(file);
  }
}

/** The file, or the next record, comes before the closing brace. */
const endsUnclosed = (token: Token): boolean =>
  token.kind === "end" || (token.kind === "word" && /^g?record$/.test(token.text));

/** Reads a .db file with everything it includes; what is found goes to the context in the order of the file. */
export function parseDatabase(file: OpenFile, context: ParseContext): void {
  new Parser(new Lexer(file), context).parse();
}
