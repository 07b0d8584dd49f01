import { ARGUMENT_NAMES, Op, type Opcode, STACK_SIZE } from "./opcodes.js";

export type ElementKind =
  | "argument"
  | "constant"
  | "real"
  | "integer"
  | "store"
  | "unary"
  | "vararg"
  | "open"
  | "binary"
  | "separator"
  | "close"
  | "if"
  | "else"
  | "terminator"
  | "text"
  | "bracket"
  | "closeBracket"
  | "until";

/** A word of the expression language: its priorities while parsing, its effect on the run-time stack, its instruction. */
export interface Element {
  readonly name: string;
  readonly kind: ElementKind;
  readonly onStack: number;
  readonly incoming: number;
  readonly effect: number;
  readonly opcode: Opcode;
  /** Index of the argument that a fetch reads. */
  readonly argument: number;
}

/** A language of expressions: its words, and the rules that are its own. */
export interface Dialect {
  /** What may stand where a value is needed, and what may stand after one, longest words first. */
  readonly operands: readonly Element[];
  readonly operators: readonly Element[];
  readonly stackSize: number;
  /**
   * synApps's rules: assignments inside of expressions and to `@` arguments, `;` inside of parentheses, loops; an empty expression
   * is one that has no result.
   */
  readonly extended: boolean;
}

export const element = (
  name: string,
  kind: ElementKind,
  opcode: Opcode,
  priority = 0,
  effect = 0,
  incoming = priority,
): Element => ({ name, kind, opcode, onStack: priority, incoming, effect, argument: 0 });

export const unary = (name: string, opcode: Opcode, effect = 0): Element =>
  element(name, "unary", opcode, 9, effect, 10);
export const vararg = (name: string, opcode: Opcode): Element => element(name, "vararg", opcode, 9, 0, 10);
export const constant = (name: string, opcode: Opcode): Element => element(name, "constant", opcode, 0, 1);
const literal = (name: string, kind: "real" | "integer"): Element => element(name, kind, Op.Literal, 0, 1);
export const binary = (name: string, opcode: Opcode, priority: number): Element =>
  element(name, "binary", opcode, priority, -1);

/** The arguments that these names read, in order. */
export const argumentWords = (names: readonly string[], opcode: Opcode = Op.Fetch): readonly Element[] =>
  names.map((name, argument) => ({ ...element(name, "argument", opcode, 0, 1), argument }));

export const byLongestName = (elements: readonly Element[]): readonly Element[] =>
  [...elements].sort((a, b) => b.name.length - a.name.length);

/** What every dialect has where a value is needed. */
export const commonOperands: readonly Element[] = [
  ...[..."0123456789."].map((name) => literal(name, "real")),
  constant("VAL", Op.FetchValue),
  constant("PI", Op.Pi),
  constant("D2R", Op.DegreesToRadians),
  constant("R2D", Op.RadiansToDegrees),
  constant("RNDM", Op.Random),
  element("(", "open", Op.Nop, 0, 0, 10),
  unary("-", Op.Negate),
  unary("!", Op.Not),
  unary("~", Op.BitNot),
  unary("NOT", Op.BitNot),
  unary("ABS", Op.Abs),
  unary("ACOS", Op.Acos),
  unary("ASIN", Op.Asin),
  unary("ATAN", Op.Atan),
  unary("ATAN2", Op.Atan2, -1),
  unary("CEIL", Op.Ceil),
  unary("COS", Op.Cos),
  unary("COSH", Op.Cosh),
  unary("EXP", Op.Exp),
  unary("FLOOR", Op.Floor),
  unary("ISINF", Op.IsInf),
  unary("LN", Op.LogE),
  unary("LOG", Op.Log10),
  unary("LOGE", Op.LogE),
  unary("NINT", Op.Nint),
  unary("SIN", Op.Sin),
  unary("SINH", Op.Sinh),
  unary("SQR", Op.Sqrt),
  unary("SQRT", Op.Sqrt),
  unary("TAN", Op.Tan),
  unary("TANH", Op.Tanh),
  vararg("FINITE", Op.Finite),
  vararg("ISNAN", Op.IsNan),
  vararg("MAX", Op.Max),
  vararg("MIN", Op.Min),
];

/** What every dialect has after a value. */
export const commonOperators: readonly Element[] = [
  binary("OR", Op.BitOr, 2),
  binary("|", Op.BitOr, 2),
  binary("||", Op.Or, 2),
  binary("XOR", Op.BitXor, 2),
  binary("AND", Op.BitAnd, 3),
  binary("&", Op.BitAnd, 3),
  binary("&&", Op.And, 3),
  binary("<<", Op.ShiftLeft, 3),
  binary(">>", Op.ShiftRight, 3),
  binary("!=", Op.NotEqual, 5),
  binary("#", Op.NotEqual, 5),
  binary("<", Op.Less, 5),
  binary("<=", Op.LessOrEqual, 5),
  binary("=", Op.Equal, 5),
  binary("==", Op.Equal, 5),
  binary(">", Op.Greater, 5),
  binary(">=", Op.GreaterOrEqual, 5),
  binary("+", Op.Add, 6),
  binary("-", Op.Subtract, 6),
  binary("*", Op.Multiply, 7),
  binary("/", Op.Divide, 7),
  binary("%", Op.Modulo, 7),
  binary("**", Op.Power, 8),
  binary("^", Op.Power, 8),
  element("?", "if", Op.If, 0, -1),
  element(":", "else", Op.Else, 0, -1),
  element(")", "close", Op.Nop),
  element(",", "separator", Op.Nop),
  element(";", "terminator", Op.Nop),
];

/** Not of array expressions. */
export const nonFiniteOperands: readonly Element[] = [literal("INF", "real"), literal("NAN", "real")];

/** CALC of EPICS Base. */
export const baseDialect: Dialect = {
  operands: byLongestName([
    ...commonOperands,
    ...nonFiniteOperands,
    ...argumentWords(ARGUMENT_NAMES),
    literal("0X", "integer"),
    unary("FMOD", Op.Fmod, -1),
  ]),
  operators: byLongestName([
    ...commonOperators,
    binary(">>>", Op.ShiftRightLogical, 3),
    element(":=", "store", Op.Store, 0, -1),
  ]),
  stackSize: STACK_SIZE,
  extended: false,
};

const LONGEST_WORD = 8;

/** The longest word of `table` that `text` starts with, in either case. */
export function elementAt(text: string, table: readonly Element[]): Element | undefined {
  const start = text.slice(0, LONGEST_WORD).toUpperCase();
  return table.find((candidate) => start.startsWith(candidate.name));
}
