import { failed, ok, type Result } from "../../libcom/result.js";
import { toInt32 } from "../../libcom/toInt32.js";
import { hasOperand, Op, STACK_SIZE } from "./opcodes.js";

const stack = new Float64Array(STACK_SIZE + 1);

/** Operand of a bit operation: positive numbers use all 32 bits, so that 0xffffffff is -1. */
const toBits = (value: number): number => {
  if (value < 0) return toInt32(value);
  return value < 2 ** 63 ? value | 0 : 0;
};

/** C's pow: 1 to any power and -1 to an infinite one are 1. */
const power = (base: number, exponent: number): number =>
  base === 1 || (base === -1 && Math.abs(exponent) === Infinity) ? 1 : base ** exponent;

// Knuth's linear congruential generator with EPICS's constants, so that sequences are alike.
let seed = 0xa3bf;
function random(): number {
  seed = (seed * 1533 + 0x3141) & 0xffff;
  return seed / 65535;
}

export const flag = (condition: boolean): number => (condition ? 1 : 0);

/** The jump targets of If and Else, by the index of the instruction; -1 where there is none. */
export function jumpTargets(code: readonly number[]): Int32Array {
  const targets = new Int32Array(code.length).fill(-1);
  const after = (start: number, match: number): number => {
    let count = 1;
    for (let at = start; at < code.length; at += hasOperand(code[at] ?? 0) ? 2 : 1) {
      const opcode = code[at];
      if (opcode === match && --count === 0) return at + 1;
      if (opcode === Op.If) count++;
    }
    return -1;
  };
  for (let at = 0; at < code.length; at += hasOperand(code[at] ?? 0) ? 2 : 1) {
    if (code[at] === Op.If) targets[at] = after(at + 1, Op.Else);
    else if (code[at] === Op.Else) targets[at] = after(at + 1, Op.EndIf);
  }
  return targets;
}

/** A compiled expression. Evaluating allocates nothing but the answer; `perform` not even that. */
export class CalcProgram {
  private readonly code: Int32Array;
  private readonly literals: Float64Array;
  private readonly targets: Int32Array;
  /** Bit n is set when argument n is read before it is assigned. */
  readonly inputs: number;
  /** Bit n is set when argument n is assigned. */
  readonly stores: number;
  /** The value of the last evaluation that succeeded. */
  result = 0;

  constructor(code: readonly number[]) {
    this.code = Int32Array.from(code);
    const literals: number[] = [];
    this.targets = jumpTargets(code);
    let inputs = 0;
    let stores = 0;
    for (let at = 0; at < code.length; at += hasOperand(code[at] ?? 0) ? 2 : 1) {
      const bit = 1 << (code[at + 1] ?? 0);
      if (code[at] === Op.Literal) this.code[at + 1] = literals.push(code[at + 1] ?? 0) - 1;
      else if (code[at] === Op.Fetch) inputs |= bit & ~stores;
      else if (code[at] === Op.Store) stores |= bit;
    }
    this.literals = Float64Array.from(literals);
    this.inputs = inputs;
    this.stores = stores;
  }

  /**
   * Evaluates with arguments A..U in `args`; assignments write back there. `previous` is what VAL means in the
   * expression.
   */
  evaluate(args: Float64Array, previous = 0): Result<number> {
    return this.perform(args, previous) ? ok(this.result) : failed("the expression has no single result");
  }

  /** As `evaluate`, with the value left in `result`; false when there is none. */
  perform(args: Float64Array, previous: number): boolean {
    const code = this.code;
    let top = 0;
    for (let at = 0; at < code.length; at++) {
      const x = stack[top] ?? 0;
      switch (code[at]) {
        case Op.Literal:
          stack[++top] = this.literals[code[++at] ?? 0] ?? 0;
          break;
        case Op.Fetch:
          stack[++top] = args[code[++at] ?? 0] ?? 0;
          break;
        case Op.Store:
          args[code[++at] ?? 0] = x;
          top--;
          break;
        case Op.FetchValue:
          stack[++top] = previous;
          break;
        case Op.Pi:
          stack[++top] = Math.PI;
          break;
        case Op.DegreesToRadians:
          stack[++top] = Math.PI / 180;
          break;
        case Op.RadiansToDegrees:
          stack[++top] = 180 / Math.PI;
          break;
        case Op.Random:
          stack[++top] = random();
          break;
        case Op.Max:
        case Op.Min:
        case Op.Finite:
        case Op.IsNan: {
          const opcode = code[at] ?? 0;
          const count = code[++at] ?? 1;
          top -= count - 1;
          stack[top] = fold(opcode, top, count);
          break;
        }
        case Op.If:
        case Op.Else: {
          const skip = code[at] === Op.Else || x === 0;
          if (code[at] === Op.If) top--;
          if (!skip) break;
          const target = this.targets[at] ?? -1;
          if (target < 0) return false;
          at = target - 1;
          break;
        }
        case Op.EndIf:
          break;
        default:
          if (isBinary(code[at] ?? 0)) {
            top--;
            stack[top] = binary(code[at] ?? 0, stack[top] ?? 0, x);
          } else stack[top] = unary(code[at] ?? 0, x);
      }
    }
    if (top !== 1) return false;
    this.result = stack[1] ?? 0;
    return true;
  }
}

const isBinary = (opcode: number): boolean =>
  (opcode >= Op.Add && opcode <= Op.Power) ||
  opcode === Op.Atan2 ||
  opcode === Op.Fmod ||
  (opcode >= Op.Or && opcode <= Op.Greater && opcode !== Op.Not && opcode !== Op.BitNot);

function fold(opcode: number, first: number, count: number): number {
  let value = stack[first + count - 1] ?? 0;
  if (opcode === Op.Finite || opcode === Op.IsNan) {
    let all = true;
    let any = false;
    for (let index = 0; index < count; index++) {
      const item = stack[first + index] ?? 0;
      all &&= Number.isFinite(item);
      any ||= Number.isNaN(item);
    }
    return flag(opcode === Op.Finite ? all : any);
  }
  for (let index = count - 2; index >= 0; index--) {
    const item = stack[first + index] ?? 0;
    const replaced = Number.isNaN(value) || (opcode === Op.Max ? item < value : item > value);
    if (!replaced) value = item;
  }
  return value;
}

export function unary(opcode: number, x: number): number {
  switch (opcode) {
    case Op.Negate:
      return -x;
    case Op.Abs:
      return Math.abs(x);
    case Op.Exp:
      return Math.exp(x);
    case Op.Log10:
      return Math.log10(x);
    case Op.LogE:
      return Math.log(x);
    case Op.Sqrt:
      return Math.sqrt(x);
    case Op.Acos:
      return Math.acos(x);
    case Op.Asin:
      return Math.asin(x);
    case Op.Atan:
      return Math.atan(x);
    case Op.Cos:
      return Math.cos(x);
    case Op.Cosh:
      return Math.cosh(x);
    case Op.Sin:
      return Math.sin(x);
    case Op.Sinh:
      return Math.sinh(x);
    case Op.Tan:
      return Math.tan(x);
    case Op.Tanh:
      return Math.tanh(x);
    case Op.Ceil:
      return Math.ceil(x);
    case Op.Floor:
      return Math.floor(x);
    case Op.IsInf:
      return x === -Infinity ? -1 : flag(x === Infinity);
    case Op.Nint:
      return toInt32(x >= 0 ? x + 0.5 : x - 0.5);
    case Op.Not:
      return flag(x === 0);
    default:
      return ~toBits(x);
  }
}

export function binary(opcode: number, x: number, y: number): number {
  switch (opcode) {
    case Op.Add:
      return x + y;
    case Op.Subtract:
      return x - y;
    case Op.Multiply:
      return x * y;
    case Op.Divide:
      return x / y;
    case Op.Modulo:
      return toInt32(y) === 0 ? Number.NaN : (toInt32(x) % toInt32(y)) | 0;
    case Op.Power:
      return power(x, y);
    case Op.Atan2:
      // Written ATAN2(x, y) in EPICS, the other way round than in C.
      return Math.atan2(y, x);
    case Op.Fmod:
      return x % y;
    case Op.Or:
      return flag(x !== 0 || y !== 0);
    case Op.And:
      return flag(x !== 0 && y !== 0);
    case Op.BitOr:
      return toBits(x) | toBits(y);
    case Op.BitAnd:
      return toBits(x) & toBits(y);
    case Op.BitXor:
      return toBits(x) ^ toBits(y);
    case Op.ShiftRight:
      return toBits(x) >> (toBits(y) & 31);
    case Op.ShiftLeft:
      return toBits(x) << (toBits(y) & 31);
    case Op.ShiftRightLogical:
      return toBits(x) >>> (toBits(y) & 31);
    case Op.NotEqual:
      return flag(x !== y);
    case Op.Less:
      return flag(x < y);
    case Op.LessOrEqual:
      return flag(x <= y);
    case Op.Equal:
      return flag(x === y);
    case Op.GreaterOrEqual:
      return flag(x >= y);
    default:
      return flag(x > y);
  }
}
