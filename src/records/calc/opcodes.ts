/** Instructions of a compiled expression; `Fetch` and `Store` are followed by an argument index, varargs by a count. */
export const Op = {
  Literal: 0,
  Fetch: 1,
  Store: 2,
  FetchValue: 3,
  Pi: 4,
  DegreesToRadians: 5,
  RadiansToDegrees: 6,
  Random: 7,
  Negate: 8,
  Add: 9,
  Subtract: 10,
  Multiply: 11,
  Divide: 12,
  Modulo: 13,
  Power: 14,
  Abs: 15,
  Exp: 16,
  Log10: 17,
  LogE: 18,
  Max: 19,
  Min: 20,
  Sqrt: 21,
  Acos: 22,
  Asin: 23,
  Atan: 24,
  Atan2: 25,
  Cos: 26,
  Cosh: 27,
  Sin: 28,
  Sinh: 29,
  Tan: 30,
  Tanh: 31,
  Ceil: 32,
  Floor: 33,
  Fmod: 34,
  Finite: 35,
  IsInf: 36,
  IsNan: 37,
  Nint: 38,
  Or: 39,
  And: 40,
  Not: 41,
  BitOr: 42,
  BitAnd: 43,
  BitXor: 44,
  BitNot: 45,
  ShiftRight: 46,
  ShiftLeft: 47,
  ShiftRightLogical: 48,
  NotEqual: 49,
  Less: 50,
  LessOrEqual: 51,
  Equal: 52,
  GreaterOrEqual: 53,
  Greater: 54,
  If: 55,
  Else: 56,
  EndIf: 57,
} as const;

export type Opcode = (typeof Op)[keyof typeof Op];

/** Instructions that carry one number after them. */
export const hasOperand = (opcode: number): boolean =>
  opcode <= Op.Store || opcode === Op.Max || opcode === Op.Min || opcode === Op.Finite || opcode === Op.IsNan;

/** Names of the arguments, in order. */
export const ARGUMENT_NAMES = "ABCDEFGHIJKLMNOPQRSTU";

/** As many as the stack of EPICS's calcPerform holds. */
export const STACK_SIZE = 80;
