import {
  average,
  clearOutside,
  cumulate,
  derivative,
  fullWidthHalfMaximum,
  indexOfLargest,
  indexOfNonZero,
  indexOfSmallest,
  indexOfZero,
  largest,
  type Range,
  shiftElements,
  smallest,
  smooth,
  standardDeviation,
  sum,
} from "./arrayFunctions.js";
import { bitOperation, extendedBinary, extendedUnary, nearest, remainder } from "./extendedScalar.js";
import { Op } from "./opcodes.js";
import { flag } from "./program.js";

/** An array on the stack, and which elements of it count; all of them where `count` is undefined. */
export interface ArrayItem {
  readonly values: Float64Array;
  count?: number | undefined;
}

/** A number on the stack, and which argument it was read from. */
export interface NumberItem {
  readonly number: number;
  readonly source?: number;
}

export type Item = ArrayItem | NumberItem;

/** What a division by zero gives; larger numbers would break plots. */
const LARGE = Math.fround(1e35);
const SMALL = 1e-9;

export const isArray = (item: Item): item is ArrayItem => "values" in item;
export const toNumber = (item: Item): number => (isArray(item) ? (item.values[0] ?? 0) : item.number);
export const rangeOf = ({ values, count }: ArrayItem): Range => ({
  first: 0,
  last: (count ?? values.length) - 1,
});

/** An array that a number becomes. */
export const filled = (size: number, value: number): Float64Array =>
  new Float64Array(size).fill(Number.isNaN(value) ? 0 : value);

export function elementwise(item: Item, operation: (x: number) => number): Item {
  if (!isArray(item)) return { number: operation(item.number) };
  for (let i = 0; i < item.values.length; i++) item.values[i] = operation(item.values[i] ?? 0);
  return item;
}

export function shift(opcode: number, item: Item, distance: number): Item {
  if (!isArray(item)) return { number: bitOperation(opcode, item.number, distance, "int") ?? 0 };
  const signed = opcode === Op.ShiftLeft ? -distance : distance;
  shiftElements(item.values, signed, nearest(signed));
  return item;
}

export function derived(item: ArrayItem, side: number): Item | undefined {
  const range = rangeOf(item);
  const points = Math.min(Math.trunc((range.last - range.first) / 2), Math.trunc(side));
  const slopes = derivative(item.values.subarray(range.first, range.last + 1), points);
  if (slopes === undefined) return undefined;
  item.values.set(slopes, range.first);
  clearOutside(item.values, range);
  return item;
}

const wholeBits = (opcode: number) => (x: number, y: number) => bitOperation(opcode, x, y, "int") ?? 0;
const asScalars = (opcode: number) => (x: number, y: number) => extendedBinary(opcode, x, y);

/** Operators between numbers; between arrays they work element by element. */
export const ofTwoNumbers: Readonly<Record<number, (x: number, y: number) => number>> = {
  [Op.Add]: (x, y) => x + y,
  [Op.Subtract]: (x, y) => x - y,
  [Op.Multiply]: (x, y) => x * y,
  [Op.Divide]: (x, y) => (y === 0 ? LARGE : x / y),
  [Op.Modulo]: (x, y) => remainder(x, y, "int") ?? LARGE,
  [Op.GreaterOrEqual]: (x, y) => flag(x >= y),
  [Op.Greater]: (x, y) => flag(x > y),
  [Op.LessOrEqual]: (x, y) => flag(x <= y),
  [Op.Less]: (x, y) => flag(x < y),
  [Op.NotEqual]: (x, y) => flag(x !== y),
  [Op.Equal]: (x, y) => flag(x === y),
  [Op.BitOr]: wholeBits(Op.BitOr),
  [Op.BitAnd]: wholeBits(Op.BitAnd),
  [Op.BitXor]: wholeBits(Op.BitXor),
  [Op.MaxOfTwo]: asScalars(Op.MaxOfTwo),
  [Op.MinOfTwo]: asScalars(Op.MinOfTwo),
  [Op.Or]: asScalars(Op.Or),
  [Op.And]: asScalars(Op.And),
  [Op.Atan2]: asScalars(Op.Atan2),
};

const reductions: Readonly<Record<number, (values: Float64Array, range: Range) => number>> = {
  [Op.Average]: average,
  [Op.StandardDeviation]: standardDeviation,
  [Op.FullWidthHalfMaximum]: fullWidthHalfMaximum,
  [Op.Sum]: sum,
  [Op.Largest]: largest,
  [Op.Smallest]: smallest,
  [Op.IndexOfLargest]: indexOfLargest,
  [Op.IndexOfSmallest]: indexOfSmallest,
  [Op.IndexOfZero]: indexOfZero,
  [Op.IndexOfNonZero]: indexOfNonZero,
};

/** Functions that make 0 of a negative number; with one in an array there is no result. */
export const POSITIVE_ONLY: ReadonlySet<number> = new Set([Op.Sqrt, Op.Log10, Op.LogE]);

export function ofArray(opcode: number, item: ArrayItem): Item | undefined {
  const reduction = reductions[opcode];
  if (reduction !== undefined) return { number: reduction(item.values, rangeOf(item)) };
  switch (opcode) {
    case Op.Cumulate:
      cumulate(item.values);
      return item;
    case Op.Smooth:
      smooth(item.values, rangeOf(item));
      return item;
    case Op.Derivative:
      return derived(item, 2);
    default:
      return elementwise(item, (x) => ofNumber(opcode, x));
  }
}

/** Functions of one number; what is not defined gives 0. */
export function ofNumber(opcode: number, x: number): number {
  if (POSITIVE_ONLY.has(opcode) && x < 0) return 0;
  switch (opcode) {
    case Op.ClearNegative:
      return x < 0 ? 0 : x;
    case Op.ClearPositive:
      return x > 0 ? 0 : x;
    case Op.Cumulate:
    case Op.Largest:
    case Op.Smallest:
    case Op.Average:
    case Op.Smooth:
    case Op.Sum:
      return x;
    case Op.IndexOfLargest:
    case Op.IndexOfSmallest:
    case Op.StandardDeviation:
    case Op.FullWidthHalfMaximum:
    case Op.Derivative:
      return 0;
    case Op.IndexOfZero:
      return Math.abs(x) < SMALL ? 0 : -1;
    case Op.IndexOfNonZero:
      return Math.abs(x) > SMALL ? 0 : -1;
    default:
      return extendedUnary(opcode, x, "int");
  }
}
