import { parseDouble, parseInteger, readDouble } from "../../libcom/parseNumber.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { arrayDialect } from "./arrayElements.js";
import { ArrayProgram } from "./arrayProgram.js";
import { baseDialect, type Dialect, type Element, elementAt } from "./elements.js";
import { Op, type Opcode } from "./opcodes.js";
import { CalcProgram } from "./program.js";
import { stringDialect } from "./stringElements.js";
import { StringProgram } from "./stringProgram.js";

const ERRORS = {
  empty: "the expression is empty",
  tooManyResults: "an expression before ; leaves more than one result",
  badLiteral: "a number is badly formed",
  badAssignment: "only an argument at the start of an expression can be assigned to",
  badSeparator: "a comma stands outside parentheses",
  notOpen: "a parenthesis is closed that was not opened",
  notClosed: "a parenthesis is not closed",
  bracketNotOpen: "a bracket is closed that was not opened",
  conditional: "? and : do not match",
  incomplete: "an operand is missing or too many are given",
  underflow: "an operator has not enough operands",
  overflow: "the expression is nested too deeply",
  syntax: "an unknown operator or operand",
} as const;

type CalcError = keyof typeof ERRORS;

interface Pending {
  readonly element: Element;
  opcode: Opcode;
  effect: number;
  argument: number;
}

const OPENING: Readonly<Record<string, string>> = { "]": "[", "}": "{" };
const NAMES_ARGUMENT: ReadonlySet<number> = new Set([Op.Fetch, Op.Store, Op.FetchDoubled, Op.StoreDoubled]);

const pending = (element: Element): Pending => ({
  element,
  opcode: element.opcode,
  effect: element.effect,
  argument: element.argument,
});

/** Instructions with their operands, and the texts that `LiteralText` numbers. */
interface Compiled {
  readonly code: readonly number[];
  readonly texts: readonly string[];
}

class Compiler {
  private readonly code: number[] = [];
  private readonly texts: string[] = [];
  // Where each emitted instruction starts, so that an assignment can take the last one back.
  private lastInstruction = -1;
  private readonly stack: Pending[] = [];
  private depth = 0;
  private openConditions = 0;
  private operandNeeded = true;
  private rest: string;

  constructor(
    expression: string,
    private readonly dialect: Dialect,
  ) {
    this.rest = expression;
  }

  compile(): CalcError | Compiled {
    const { extended, operands, operators, stackSize } = this.dialect;
    if (this.rest === "") return extended ? { code: [], texts: [] } : "empty";
    for (;;) {
      this.rest = this.rest.replace(/^[ \t\n\v\f\r]+/, "");
      if (this.rest === "") break;
      const element = elementAt(this.rest, this.operandNeeded ? operands : operators);
      if (!element) return "syntax";
      if (element.kind !== "real" && element.kind !== "integer")
        this.rest = this.rest.slice(element.name.length);
      const error = this.take(element);
      if (error) return error;
      if (this.depth < 0) return "underflow";
      if (this.depth >= stackSize) return "overflow";
    }
    if (!this.emitWhile(() => true)) return "notClosed";
    if (this.openConditions !== 0) return "conditional";
    if (this.operandNeeded || this.depth !== 1) return "incomplete";
    return { code: this.code, texts: this.texts };
  }

  private take(element: Element): CalcError | undefined {
    switch (element.kind) {
      case "argument":
      case "constant":
        this.emit(pending(element));
        this.operandNeeded = false;
        return undefined;
      case "real":
      case "integer":
        return this.takeLiteral(element);
      case "store":
        return this.takeStore(element);
      case "unary":
      case "vararg":
      case "open":
      case "binary":
      case "bracket":
        this.emitWhile((top) => top.element.onStack >= element.incoming);
        this.stack.push(pending(element));
        if (element.kind === "binary" || element.kind === "bracket") this.operandNeeded = true;
        return undefined;
      case "text":
        this.takeText(element);
        return undefined;
      case "closeBracket":
        return this.takeCloseBracket(element);
      case "until":
        this.emit(pending(element));
        this.stack.push({ ...pending(element), opcode: Op.UntilEnd });
        return undefined;
      case "separator":
        return this.takeSeparator();
      case "close":
        return this.takeClose();
      case "if":
      case "else":
        return this.takeConditional(element);
      case "terminator":
        return this.takeTerminator();
    }
  }

  private takeLiteral(element: Element): CalcError | undefined {
    const parsed = this.parseLiteral(element.kind);
    if (parsed === undefined) return "badLiteral";
    this.lastInstruction = this.code.length;
    this.code.push(Op.Literal, parsed.value);
    this.depth += element.effect;
    this.rest = parsed.rest;
    this.operandNeeded = false;
    return undefined;
  }

  private parseLiteral(kind: string): { value: number; rest: string } | undefined {
    if (this.dialect.extended) return readDouble(this.rest);
    if (kind === "real") {
      const parsed = parseDouble(this.rest);
      return parsed.ok ? parsed.value : undefined;
    }
    const parsed = parseInteger(this.rest, { bits: 32, signed: false });
    // A hexadecimal literal with bit 31 set is a negative number, as in EPICS.
    return parsed.ok ? { ...parsed.value, value: Number(parsed.value.value) | 0 } : undefined;
  }

  /** A text up to the quote that began it; one that is missing at the end does not matter. */
  private takeText(element: Element): void {
    const end = this.rest.indexOf(element.name);
    const text = end < 0 ? this.rest : this.rest.slice(0, end);
    this.rest = end < 0 ? "" : this.rest.slice(end + 1);
    this.lastInstruction = this.code.length;
    this.code.push(Op.LiteralText, this.texts.push(text) - 1);
    this.depth += element.effect;
    this.operandNeeded = false;
  }

  private takeStore(element: Element): CalcError | undefined {
    this.operandNeeded = true;
    this.depth -= 1;
    if (this.dialect.extended && this.storeThroughIndex(element)) return undefined;
    const target = this.code[this.lastInstruction];
    const isArgument = target === Op.Fetch || (target === Op.FetchDoubled && this.dialect.extended);
    if (!isArgument || (this.stack.length > 0 && !this.dialect.extended)) return "badAssignment";
    const argument = this.code[this.lastInstruction + 1] ?? 0;
    this.code.length = this.lastInstruction;
    this.lastInstruction = -1;
    const opcode = target === Op.Fetch ? Op.Store : Op.StoreDoubled;
    this.stack.push({ ...pending(element), opcode, argument });
    return undefined;
  }

  /** `@(1):=2`: the `@` that waits for its index becomes the assignment. */
  private storeThroughIndex(element: Element): boolean {
    const at = this.stack.findLastIndex(({ opcode }) => opcode === Op.ArgumentAt || opcode === Op.DoubledAt);
    const fetch = this.stack[at];
    if (fetch === undefined) return false;
    while (this.stack.length > at + 1) {
      const top = this.stack.pop();
      if (top !== undefined) this.emit(top);
    }
    const opcode = fetch.opcode === Op.ArgumentAt ? Op.StoreArgumentAt : Op.StoreDoubledAt;
    this.stack[at] = { ...pending(element), opcode };
    return true;
  }

  private takeSeparator(): CalcError | undefined {
    if (!this.emitTo(({ kind }) => kind === "open" || kind === "bracket")) return "badSeparator";
    const open = this.stack.at(-1);
    if (open) open.effect -= 1;
    this.operandNeeded = true;
    return undefined;
  }

  private takeClose(): CalcError | undefined {
    if (!this.emitTo(({ kind }) => kind === "open")) return "notOpen";
    const open = this.stack.pop();
    const caller = this.stack.at(-1);
    if (open && caller?.element.kind === "vararg") caller.effect = open.effect;
    return undefined;
  }

  private takeCloseBracket(element: Element): CalcError | undefined {
    if (!this.emitTo(({ name }) => name === OPENING[element.name])) return "bracketNotOpen";
    const open = this.stack.pop();
    if (open) this.emit(open);
    return undefined;
  }

  private takeConditional(element: Element): CalcError | undefined {
    this.emitWhile((top) => top.element.onStack > element.incoming);
    this.emit(pending(element));
    if (element.kind === "if") this.openConditions++;
    else if (--this.openConditions < 0) return "conditional";
    else this.stack.push({ element, opcode: Op.EndIf, effect: 0, argument: 0 });
    this.operandNeeded = true;
    return undefined;
  }

  private takeTerminator(): CalcError | undefined {
    const emptied = this.emitWhile(() => true);
    this.operandNeeded = true;
    if (this.dialect.extended) return undefined;
    if (!emptied) return "notClosed";
    if (this.openConditions !== 0) return "conditional";
    return this.depth > 1 ? "tooManyResults" : undefined;
  }

  private emit(item: Pending): void {
    this.lastInstruction = this.code.length;
    this.code.push(item.opcode);
    if (NAMES_ARGUMENT.has(item.opcode)) this.code.push(item.argument);
    if (item.element.kind === "vararg") this.code.push(1 - item.effect);
    this.depth += item.effect;
  }

  /** Moves waiting operators to the output; false when an open parenthesis is in the way of moving all. */
  private emitWhile(wanted: (top: Pending) => boolean): boolean {
    for (let top = this.stack.at(-1); top && wanted(top); top = this.stack.at(-1)) {
      if (top.element.kind === "open") return false;
      this.stack.pop();
      this.emit(top);
    }
    return true;
  }

  /** Moves waiting operators to the output until the one that fits, which stays; false when there is none. */
  private emitTo(fits: (element: Element) => boolean): boolean {
    if (!this.stack.some(({ element }) => fits(element))) return false;
    for (let top = this.stack.at(-1); top && !fits(top.element); top = this.stack.at(-1)) {
      this.stack.pop();
      this.emit(top);
    }
    return true;
  }
}

const compiled = <P>(
  language: string,
  dialect: Dialect,
  expression: string,
  make: (compiled: Compiled) => P,
): Result<P> => {
  const outcome = new Compiler(expression, dialect).compile();
  if (typeof outcome === "string") return failed(`${language} "${expression}": ${ERRORS[outcome]}`);
  return ok(make(outcome));
};

const MAX_PROGRAMS = 1000;
/** Programs by their text: databases repeat the same few expressions. Emptied when full, as clients may send ever new ones. */
const programs = new Map<string, Result<CalcProgram>>();

/** Compiles a CALC expression of EPICS Base 7.0.10; the error says in one line what is wrong with it. */
export function compileCalc(expression: string): Result<CalcProgram> {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const program = compiled("CALC", baseDialect, expression, ({ code }) => new CalcProgram(code));
  if (programs.size >= MAX_PROGRAMS) programs.clear();
  programs.set(expression, program);
  return program;
}

/** Compiles an expression of synApps's scalcout and transform records. */
export const compileStringCalc = (expression: string): Result<StringProgram> =>
  compiled(
    "string expression",
    stringDialect,
    expression,
    ({ code, texts }) => new StringProgram(code, texts),
  );

/** Compiles an expression of synApps's acalcout record. */
export const compileArrayCalc = (expression: string): Result<ArrayProgram> =>
  compiled("array expression", arrayDialect, expression, ({ code }) => new ArrayProgram(code));
