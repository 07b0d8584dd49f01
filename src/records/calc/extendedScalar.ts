import { toInt32 } from "../../libcom/toInt32.js";
import { Op } from "./opcodes.js";
import { binary, flag, unary } from "./program.js";

const LOWEST_LONG = -(2n ** 63n);

/** A double as a 64-bit long as C on x86 casts it: what does not fit, and NaN, gives the lowest number. */
const toInt64 = (value: number): bigint =>
  value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : LOWEST_LONG;

/** The whole number nearest to a value, halves away from zero, as an int. */
export const nearest = (value: number): number => toInt32(value >= 0 ? value + 0.5 : value - 0.5);

type Integers = "int" | "long";

/** synApps's functions of one number; where they do what Base's do, Base's are used. */
export function extendedUnary(opcode: number, x: number, integers: Integers): number {
  switch (opcode) {
    case Op.Abs:
      return x < 0 ? -x : x;
    case Op.Nint:
      return Number(toInt64(x >= 0 ? x + 0.5 : x - 0.5));
    case Op.BitNot:
      return integers === "int" ? ~toInt32(x) : Number(~toInt64(x));
    default:
      return unary(opcode, x);
  }
}

const bits: Readonly<Record<number, (x: bigint, y: bigint) => bigint>> = {
  [Op.BitOr]: (x, y) => x | y,
  [Op.BitAnd]: (x, y) => x & y,
  [Op.BitXor]: (x, y) => x ^ y,
  [Op.ShiftLeft]: (x, y) => x << (y & 63n),
  [Op.ShiftRight]: (x, y) => x >> (y & 63n),
};

/** Bit operations on whole numbers of 32 or 64 bits; undefined for other operations. */
export function bitOperation(opcode: number, x: number, y: number, integers: Integers): number | undefined {
  const operation = bits[opcode];
  if (operation === undefined) return undefined;
  if (integers === "long") return Number(BigInt.asIntN(64, operation(toInt64(x), toInt64(y))));
  const count = opcode === Op.ShiftLeft || opcode === Op.ShiftRight ? toInt32(y) & 31 : toInt32(y);
  return Number(BigInt.asIntN(32, operation(BigInt(toInt32(x)), BigInt(count))));
}

/** The remainder of whole numbers; undefined for a divisor that is none. */
export function remainder(x: number, y: number, integers: Integers): number | undefined {
  if (integers === "int") {
    const divisor = toInt32(y);
    return divisor === 0 ? undefined : (toInt32(x) % divisor) | 0;
  }
  const divisor = toInt64(y);
  return divisor === 0n ? undefined : Number(toInt64(x) % divisor);
}

/** Comparisons in which numbers are equal that differ by less than `tolerance`; undefined for other operations. */
export function comparison(opcode: number, x: number, y: number, tolerance: number): number | undefined {
  const equal = Math.abs(x - y) < tolerance;
  switch (opcode) {
    case Op.Equal:
      return flag(equal);
    case Op.NotEqual:
      return flag(Math.abs(x - y) > tolerance);
    case Op.GreaterOrEqual:
      return flag(equal || x > y);
    case Op.Greater:
      return flag(x - y > tolerance);
    case Op.LessOrEqual:
      return flag(equal || x < y);
    case Op.Less:
      return flag(y - x > tolerance);
    default:
      return undefined;
  }
}

/** The greater or the lesser of two numbers, and else Base's function of two numbers. */
export function extendedBinary(opcode: number, x: number, y: number): number {
  if (opcode === Op.MaxOfTwo) return x < y ? y : x;
  if (opcode === Op.MinOfTwo) return x > y ? y : x;
  return binary(opcode, x, y);
}

/** The values of words that stand for a number; undefined for others. */
export const constantOf = (opcode: number): number | undefined => constants.get(opcode);

const constants: ReadonlyMap<number, number> = new Map<number, number>([
  [Op.Pi, Math.PI],
  [Op.DegreesToRadians, Math.PI / 180],
  [Op.RadiansToDegrees, 180 / Math.PI],
  [Op.SecondsToRadians, Math.PI / (180 * 3600)],
  [Op.RadiansToSeconds, (180 * 3600) / Math.PI],
]);

/** Knuth's linear congruential generator as Base has it; each dialect has its own, and makes a number of its state. */
export function randomSource(scale: (state: number) => number): { uniform(): number; normal(): number } {
  let state = 0xa3bf;
  const uniform = (): number => {
    state = (state * 1533 + 0x3141) & 0xffff;
    return scale(state);
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}
