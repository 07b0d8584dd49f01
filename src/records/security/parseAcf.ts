import { failed, ok, type Result } from "../../libcom/result.js";
import { type CalcProgram, compileCalc } from "../calc/index.js";
import {
  type AccessConfiguration,
  type AccessGroup,
  type AccessInput,
  type AccessLevel,
  type AccessRule,
  DEFAULT_GROUP,
} from "./accessConfiguration.js";
import { AcfLexer, type AcfProblem, type AcfToken } from "./acfTokens.js";

export interface ParsedAcf {
  readonly configuration: AccessConfiguration;
  /** What was ignored. */
  readonly warnings: readonly AcfProblem[];
}

/**
 * Reads the text of an access security file with the grammar of EPICS Base 7.0.10: top-level elements that it does not
 * know are ignored, and so are rules with conditions that it does not know.
 */
export function parseAcf(text: string): Result<ParsedAcf, readonly AcfProblem[]> {
  return new AcfParser(text).parse();
}

/** A rule while its conditions are read. */
interface RuleDraft extends Omit<AccessRule, "userGroups" | "hostGroups"> {
  readonly userGroups: string[];
  readonly hostGroups: string[];
  trapWrite: boolean;
  calc: { readonly text: string; readonly program: CalcProgram } | undefined;
  ignored: boolean;
}

interface GroupDraft extends AccessGroup {
  readonly inputs: AccessInput[];
  readonly rules: RuleDraft[];
}

/** The text does not fit the grammar: what follows cannot be read. */
class AcfSyntaxError extends Error {
  constructor(
    readonly line: number,
    message = "syntax error",
  ) {
    super(message);
  }
}

/** Elements may be nested this deep; a file that goes deeper is a mistake. */
const DEEPEST = 200;

const isAccessLevel = (text: string): text is AccessLevel =>
  text === "NONE" || text === "READ" || text === "WRITE";

class AcfParser {
  private readonly lexer: AcfLexer;
  private readonly warnings: AcfProblem[] = [];
  private readonly userGroups = new Map<string, string[]>();
  private readonly hostGroups = new Map<string, string[]>();
  private readonly groups = new Map<string, GroupDraft>([[DEFAULT_GROUP, emptyGroup(DEFAULT_GROUP)]]);
  /** Read ahead only where the grammar needs it: messages name the line that was read last. */
  private ahead: AcfToken | undefined;
  private line = 1;

  constructor(text: string) {
    this.lexer = new AcfLexer(text);
  }

  parse(): Result<ParsedAcf, readonly AcfProblem[]> {
    const { problems } = this.lexer;
    try {
      do this.parseItem();
      while (this.peek().kind !== "end");
    } catch (error) {
      if (!(error instanceof AcfSyntaxError)) throw error;
      problems.push({ line: error.line, message: error.message });
    }
    if (problems.length > 0) return failed(problems);
    const { userGroups, hostGroups, groups, warnings } = this;
    const configuration = {
      userGroups: sorted(userGroups),
      hostGroups: sorted(hostGroups),
      groups: sorted(groups),
    };
    return ok({ configuration, warnings });
  }

  private peek(): AcfToken {
    this.ahead ??= this.lexer.next();
    this.line = this.ahead.line;
    return this.ahead;
  }

  private take(): AcfToken {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  private expect(kind: AcfToken["kind"]): AcfToken {
    const token = this.take();
    if (token.kind !== kind) throw new AcfSyntaxError(token.line);
    return token;
  }

  private accept(kind: AcfToken["kind"]): boolean {
    if (this.peek().kind !== kind) return false;
    this.take();
    return true;
  }

  private complain(message: string): void {
    this.lexer.problems.push({ line: this.line, message });
  }

  private warn(message: string): void {
    this.warnings.push({ line: this.line, message });
  }

  private parseItem(): void {
    const token = this.take();
    switch (token.kind) {
      case "UAG":
        this.parseNames(this.userGroups, "User");
        break;
      case "HAG":
        this.parseNames(this.hostGroups, "Host", (host) => host.toLowerCase());
        break;
      case "ASG":
        this.parseGroup();
        break;
      case "string": {
        this.parseUnknownHead();
        const body = this.parseUnknownBody(0);
        // Only here does Base's parser look at what follows before it warns.
        if (body !== "more") this.peek();
        this.warn(`Ignoring unsupported TOP LEVEL ${body === "none" ? "bare " : ""}block: ${token.text}`);
        break;
      }
      default:
        throw new AcfSyntaxError(token.line);
    }
  }

  /** `(name)`. */
  private parseName(): string {
    this.expect("(");
    const { text } = this.expect("string");
    this.expect(")");
    return text;
  }

  /** Strings with commas between, up to the closing character. */
  private parseStrings(close: ")" | "}", each: (text: string) => void): void {
    do each(this.expect("string").text);
    while (this.accept(","));
    this.expect(close);
  }

  private parseNames(
    groups: Map<string, string[]>,
    what: "User" | "Host",
    normalized: (name: string) => string = (name) => name,
  ): void {
    const name = this.parseName();
    const members: string[] = [];
    const seen = new Set<string>();
    if (groups.has(name)) this.complain(`Duplicate ${what} Access Group named '${name}'`);
    if (this.accept("{"))
      this.parseStrings("}", (text) => {
        const member = normalized(text);
        if (seen.has(member)) this.warn(`Duplicated ${what.toLowerCase()} '${member}' in '${name}'`);
        seen.add(member);
        members.push(member);
      });
    groups.set(name, members);
  }

  private parseGroup(): void {
    const name = this.parseName();
    const group = this.newGroup(name);
    if (!this.accept("{")) return;
    do {
      const token = this.take();
      if (token.kind === "input") group.inputs.push({ index: token.index, pv: this.parseName() });
      else if (token.kind === "RULE") this.parseRule(group);
      else throw new AcfSyntaxError(token.line);
    } while (!this.accept("}"));
  }

  /** DEFAULT is there before the file says anything of it. */
  private newGroup(name: string): GroupDraft {
    const known = this.groups.get(name);
    if (name === DEFAULT_GROUP && known !== undefined && known.inputs.length + known.rules.length === 0)
      return known;
    const group = emptyGroup(name);
    if (known !== undefined) this.complain(`Duplicate Access Security Group named '${name}'`);
    else this.groups.set(name, group);
    return group;
  }

  private parseRule(group: GroupDraft): void {
    this.expect("(");
    const level = this.expect("integer");
    this.expect(",");
    const { text: access } = this.expect("string");
    const levelNumber = level.kind === "integer" ? level.value : 0;
    if (levelNumber < 0) this.complain(`RULE: LEVEL must be positive: ${levelNumber}`);
    const rule: RuleDraft = {
      level: levelNumber,
      access: isAccessLevel(access) ? access : "NONE",
      trapWrite: false,
      userGroups: [],
      hostGroups: [],
      calc: undefined,
      ignored: false,
    };
    if (isAccessLevel(access)) group.rules.push(rule);
    else this.ignoreRule(rule, access);
    if (this.accept(",")) rule.trapWrite = this.parseLogOption();
    this.expect(")");
    if (!this.accept("{")) return;
    do this.parseCondition(rule);
    while (!this.accept("}"));
  }

  private parseLogOption(): boolean {
    const { text } = this.expect("string");
    if (text !== "TRAPWRITE" && text !== "NOTRAPWRITE")
      this.complain("Log options must be TRAPWRITE or NOTRAPWRITE");
    return text === "TRAPWRITE";
  }

  private parseCondition(rule: RuleDraft): void {
    const token = this.take();
    switch (token.kind) {
      case "UAG":
        this.parseGroupNames(rule.userGroups, this.userGroups, "User Access Group");
        break;
      case "HAG":
        this.parseGroupNames(rule.hostGroups, this.hostGroups, "Host Access Group");
        break;
      case "CALC":
        this.parseCalc(rule);
        break;
      case "string":
      case "RULE":
      case "ASG":
      case "input":
        this.parseUnknownHead();
        this.peek();
        this.ignoreRule(rule, token.text);
        this.parseUnknownBody(0);
        break;
      default:
        throw new AcfSyntaxError(token.line);
    }
  }

  private ignoreRule(rule: RuleDraft, keyword: string): void {
    if (!rule.ignored) this.warn(`Ignoring RULE that contains an unsupported keyword: ${keyword}`);
    rule.ignored = true;
  }

  private parseGroupNames(into: string[], known: ReadonlyMap<string, unknown>, what: string): void {
    this.expect("(");
    this.parseStrings(")", (name) => {
      if (known.has(name)) into.push(name);
      else this.complain(`No ${what} named '${name}' defined`);
    });
  }

  private parseCalc(rule: RuleDraft): void {
    const text = this.parseName();
    const program = compileCalc(text);
    if (!program.ok) this.complain(program.error);
    else if (program.value.stores !== 0)
      this.complain(`Assignment operator used in CALC expression '${text}'`);
    else rule.calc = { text, program: program.value };
  }

  /** `()` or values of any kind with commas between. */
  private parseUnknownHead(): void {
    this.expect("(");
    if (this.accept(")")) return;
    do this.expectValue(this.take());
    while (this.accept(","));
    this.expect(")");
  }

  private expectValue(token: AcfToken): void {
    if (!isValue(token)) throw new AcfSyntaxError(token.line);
  }

  /** `{a}`, `{a, b}` or `{A(x) B(y) {...}}`, if there is one. */
  private parseUnknownBody(depth: number): "none" | "single" | "more" {
    if (!this.accept("{")) return "none";
    if (depth > DEEPEST) throw new AcfSyntaxError(this.line, "elements are nested too deeply");
    const first = this.take();
    this.expectValue(first);
    if (this.accept("}")) return "single";
    if (this.peek().kind === "(") this.parseUnknownElements(first, depth);
    else {
      while (this.accept(",")) this.expectValue(this.take());
      this.expect("}");
    }
    return "more";
  }

  private parseUnknownElements(first: AcfToken, depth: number): void {
    for (let name = first; ; name = this.take()) {
      if (!isValue(name) || name.kind === "integer" || name.kind === "float")
        throw new AcfSyntaxError(name.line);
      this.parseUnknownHead();
      this.parseUnknownBody(depth + 1);
      if (this.accept("}")) return;
    }
  }
}

const emptyGroup = (name: string): GroupDraft => ({ name, inputs: [], rules: [] });

const NO_VALUES: ReadonlySet<AcfToken["kind"]> = new Set(["(", ")", "{", "}", ",", "end"]);

const isValue = ({ kind }: AcfToken): boolean => !NO_VALUES.has(kind);

/** Groups are listed in the order of their bytes. */
const sorted = <T>(groups: ReadonlyMap<string, T>): Map<string, T> =>
  new Map([...groups].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
