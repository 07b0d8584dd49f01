import { parseDouble, parseInteger } from "../../libcom/parseNumber.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { type Element, elementAt, OPERANDS, OPERATORS } from "./elements.js";
import { Op, type Opcode, STACK_SIZE } from "./opcodes.js";
import { CalcProgram } from "./program.js";

const ERRORS = {
  empty: "the expression is empty",
  tooManyResults: "an expression before ; leaves more than one result",
  badLiteral: "a number is badly formed",
  badAssignment: "only an argument at the start of an expression can be assigned to",
  badSeparator: "a comma stands outside parentheses",
  notOpen: "a parenthesis is closed that was not opened",
  notClosed: "a parenthesis is not closed",
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

const pending = (element: Element): Pending => ({
  element,
  opcode: element.opcode,
  effect: element.effect,
  argument: element.argument,
});

class Compiler {
  private readonly code: number[] = [];
  // Where each emitted instruction starts, so that an assignment can take the last one back.
  private lastInstruction = -1;
  private readonly stack: Pending[] = [];
  private depth = 0;
  private openConditions = 0;
  private operandNeeded = true;
  private rest: string;

  constructor(expression: string) {
    this.rest = expression;
  }

  compile(): CalcError | number[] {
    if (this.rest === "") return "empty";
    for (;;) {
      this.rest = this.rest.replace(/^[ \t\n\v\f\r]+/, "");
      if (this.rest === "") break;
      const element = elementAt(this.rest, this.operandNeeded ? OPERANDS : OPERATORS);
      if (!element) return "syntax";
      if (element.kind !== "real" && element.kind !== "integer")
        this.rest = this.rest.slice(element.name.length);
      const error = this.take(element);
      if (error) return error;
      if (this.depth < 0) return "underflow";
      if (this.depth >= STACK_SIZE) return "overflow";
    }
    if (!this.emitWhile(() => true)) return "notClosed";
    if (this.openConditions !== 0) return "conditional";
    if (this.operandNeeded || this.depth !== 1) return "incomplete";
    return this.code;
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
        this.emitWhile((top) => top.element.onStack >= element.incoming);
        this.stack.push(pending(element));
        this.operandNeeded = element.kind !== "binary" ? this.operandNeeded : true;
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
    const integer = element.kind === "integer";
    const parsed = integer ? parseInteger(this.rest, { bits: 32, signed: false }) : parseDouble(this.rest);
    if (!parsed.ok) return "badLiteral";
    // A hexadecimal literal with bit 31 set is a negative number, as in EPICS.
    const value = Number(parsed.value.value);
    this.lastInstruction = this.code.length;
    this.code.push(Op.Literal, integer ? value | 0 : value);
    this.depth += element.effect;
    this.rest = parsed.value.rest;
    this.operandNeeded = false;
    return undefined;
  }

  private takeStore(element: Element): CalcError | undefined {
    const target = this.code[this.lastInstruction];
    if (this.stack.length > 0 || target !== Op.Fetch) return "badAssignment";
    const argument = this.code[this.lastInstruction + 1] ?? 0;
    this.code.length = this.lastInstruction;
    this.lastInstruction = -1;
    this.stack.push({ ...pending(element), argument });
    this.depth -= 1;
    this.operandNeeded = true;
    return undefined;
  }

  private takeSeparator(): CalcError | undefined {
    if (!this.emitToOpen()) return "badSeparator";
    const open = this.stack.at(-1);
    if (open) open.effect -= 1;
    this.operandNeeded = true;
    return undefined;
  }

  private takeClose(): CalcError | undefined {
    if (!this.emitToOpen()) return "notOpen";
    const open = this.stack.pop();
    const caller = this.stack.at(-1);
    if (open && caller?.element.kind === "vararg") caller.effect = open.effect;
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
    if (!this.emitWhile(() => true)) return "notClosed";
    if (this.openConditions !== 0) return "conditional";
    if (this.depth > 1) return "tooManyResults";
    this.operandNeeded = true;
    return undefined;
  }

  private emit(item: Pending): void {
    this.lastInstruction = this.code.length;
    this.code.push(item.opcode);
    if (item.opcode === Op.Fetch || item.opcode === Op.Store) this.code.push(item.argument);
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

  private emitToOpen(): boolean {
    return !this.emitWhile(() => true);
  }
}

const MAX_PROGRAMS = 1000;
/** Programs by their text: databases repeat the same few expressions. Emptied when full, as clients may send ever new ones. */
const programs = new Map<string, Result<CalcProgram>>();

/** Compiles a CALC expression of EPICS Base 7.0.10; the error says in one line what is wrong with it. */
export function compileCalc(expression: string): Result<CalcProgram> {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const program = compileProgram(expression);
  if (programs.size >= MAX_PROGRAMS) programs.clear();
  programs.set(expression, program);
  return program;
}

function compileProgram(expression: string): Result<CalcProgram> {
  const code = new Compiler(expression).compile();
  if (typeof code === "string") return failed(`CALC "${expression}": ${ERRORS[code]}`);
  return ok(new CalcProgram(code));
}
