import { ARGUMENT_NAMES, Op, type Opcode } from "./opcodes.js";

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
  | "terminator";

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

const element = (
  name: string,
  kind: ElementKind,
  opcode: Opcode,
  priority = 0,
  effect = 0,
  incoming = priority,
): Element => ({ name, kind, opcode, onStack: priority, incoming, effect, argument: 0 });

const unary = (name: string, opcode: Opcode, effect = 0): Element =>
  element(name, "unary", opcode, 7, effect, 8);
const vararg = (name: string, opcode: Opcode): Element => element(name, "vararg", opcode, 7, 0, 8);
const constant = (name: string, opcode: Opcode): Element => element(name, "constant", opcode, 0, 1);
const literal = (name: string, kind: "real" | "integer"): Element => element(name, kind, Op.Literal, 0, 1);
const binary = (name: string, opcode: Opcode, priority: number): Element =>
  element(name, "binary", opcode, priority, -1);

const byLongestName = (elements: Element[]): readonly Element[] =>
  elements.sort((a, b) => b.name.length - a.name.length);

/** What may stand where a value is needed. */
export const OPERANDS = byLongestName([
  ...[...ARGUMENT_NAMES].map((name, argument) => ({
    ...element(name, "argument", Op.Fetch, 0, 1),
    argument,
  })),
  ...[..."0123456789."].map((name) => literal(name, "real")),
  literal("0X", "integer"),
  literal("INF", "real"),
  literal("NAN", "real"),
  constant("VAL", Op.FetchValue),
  constant("PI", Op.Pi),
  constant("D2R", Op.DegreesToRadians),
  constant("R2D", Op.RadiansToDegrees),
  constant("RNDM", Op.Random),
  element("(", "open", Op.EndIf, 0, 0, 8),
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
  unary("FMOD", Op.Fmod, -1),
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
]);

/** What may stand after a value. */
export const OPERATORS = byLongestName([
  binary("OR", Op.BitOr, 1),
  binary("|", Op.BitOr, 1),
  binary("||", Op.Or, 1),
  binary("XOR", Op.BitXor, 1),
  binary("AND", Op.BitAnd, 2),
  binary("&", Op.BitAnd, 2),
  binary("&&", Op.And, 2),
  binary("<<", Op.ShiftLeft, 2),
  binary(">>", Op.ShiftRight, 2),
  binary(">>>", Op.ShiftRightLogical, 2),
  binary("!=", Op.NotEqual, 3),
  binary("#", Op.NotEqual, 3),
  binary("<", Op.Less, 3),
  binary("<=", Op.LessOrEqual, 3),
  binary("=", Op.Equal, 3),
  binary("==", Op.Equal, 3),
  binary(">", Op.Greater, 3),
  binary(">=", Op.GreaterOrEqual, 3),
  binary("+", Op.Add, 4),
  binary("-", Op.Subtract, 4),
  binary("*", Op.Multiply, 5),
  binary("/", Op.Divide, 5),
  binary("%", Op.Modulo, 5),
  binary("**", Op.Power, 6),
  binary("^", Op.Power, 6),
  element("?", "if", Op.If, 0, -1),
  element(":", "else", Op.Else, 0, -1),
  element(":=", "store", Op.Store, 0, -1),
  element(")", "close", Op.EndIf),
  element(",", "separator", Op.EndIf),
  element(";", "terminator", Op.EndIf),
]);

/** The longest word of `table` that `text` starts with, in either case. */
export function elementAt(text: string, table: readonly Element[]): Element | undefined {
  const start = text.slice(0, 6).toUpperCase();
  return table.find((candidate) => start.startsWith(candidate.name));
}
