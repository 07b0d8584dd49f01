import { toInt32 } from "../../libcom/toInt32.js";
import { clearOutside, fitPolynomial, type Polynomial, smooth } from "./arrayFunctions.js";
import {
  type ArrayItem,
  derived,
  elementwise,
  filled,
  type Item,
  isArray,
  ofArray,
  ofNumber,
  ofTwoNumbers,
  POSITIVE_ONLY,
  rangeOf,
  shift,
  toNumber,
} from "./arrayOperations.js";
import { constantOf, extendedBinary, nearest, randomSource } from "./extendedScalar.js";
import { Loops, loopStarts } from "./loops.js";
import { Op } from "./opcodes.js";
import { flag, jumpTargets } from "./program.js";

const random = randomSource((state) => state / 65535);

/** What an expression reads and assigns to: numbers A, B ... and arrays AA, BB ..., undefined where there is none yet. */
export interface ArrayArguments {
  readonly numbers: Float64Array;
  readonly arrays: (Float64Array | undefined)[];
}

/** A compiled expression of numbers and arrays. */
export class ArrayProgram {
  readonly #code: readonly number[];
  readonly #targets: Int32Array;
  readonly #loops: ReadonlyMap<number, number> | undefined;
  /** The result of the last evaluation that had one. */
  value = 0;
  array: Float64Array = new Float64Array(0);
  /** Bit n is set when the last evaluation assigned to the nth array. */
  stored = 0;

  constructor(code: readonly number[]) {
    this.#code = code;
    this.#targets = jumpTargets(code);
    this.#loops = loopStarts(code);
  }

  /**
   * Evaluates with arrays of `size` elements; `value` and `array` hold what VAL and AVAL are before, and the result afterwards.
   * @returns false when there is no result, or none that is finite
   */
  perform(args: ArrayArguments, size: number): boolean {
    this.stored = 0;
    const result = new Evaluation(args, size, this).run(this.#code, this.#targets, this.#loops);
    if (result === undefined) return false;
    this.value = toNumber(result);
    this.array = isArray(result) ? result.values : filled(size, result.number);
    return Number.isFinite(this.value);
  }
}

/** One evaluation: its stack, and what it works on. */
class Evaluation {
  readonly #stack: Item[] = [];
  /** More was taken from the stack than there was. */
  #incomplete = false;
  /** The last function that can fail for an array did. */
  #failed = false;

  constructor(
    private readonly args: ArrayArguments,
    private readonly size: number,
    private readonly program: ArrayProgram,
  ) {}

  run(
    code: readonly number[],
    targets: Int32Array,
    starts: ReadonlyMap<number, number> | undefined,
  ): Item | undefined {
    if (starts === undefined) return undefined;
    const loops = new Loops(starts);
    const stack = this.#stack;
    for (let at = 0; at < code.length; at++) {
      const opcode = code[at] ?? 0;
      switch (opcode) {
        case Op.Literal:
          stack.push({ number: code[++at] ?? 0 });
          break;
        case Op.Fetch:
          stack.push(this.#number(code[++at] ?? 0));
          break;
        case Op.FetchDoubled:
          stack.push(this.#copyOf(this.args.arrays[code[++at] ?? 0]));
          break;
        case Op.Store:
          this.#storeNumber(code[++at] ?? 0, this.#pop());
          break;
        case Op.StoreDoubled:
          this.#storeArray(code[++at] ?? 0, this.#pop());
          break;
        case Op.StoreArgumentAt:
        case Op.StoreDoubledAt: {
          const item = this.#pop();
          const index = nearest(toNumber(this.#pop()));
          if (opcode === Op.StoreArgumentAt) this.#storeNumber(index, item);
          else this.#storeArray(index, item);
          break;
        }
        case Op.Max:
        case Op.Min:
        case Op.Finite:
        case Op.IsNan:
          stack.push(this.#ofMany(opcode, stack.splice(-(code[++at] ?? 1))));
          break;
        case Op.FitInto:
        case Op.FitMaskedInto: {
          const fitted = this.#fitInto(stack.splice(-(code[++at] ?? 1)), opcode === Op.FitMaskedInto);
          if (fitted === undefined) return undefined;
          stack.push(fitted);
          break;
        }
        case Op.If:
        case Op.Else: {
          if (opcode === Op.If && toNumber(this.#pop()) !== 0) break;
          const target = targets[at] ?? -1;
          if (target < 0) return undefined;
          at = target - 1;
          break;
        }
        case Op.Until:
          loops.enter(at, stack.length);
          break;
        case Op.UntilEnd: {
          const top = stack.at(-1);
          const next = loops.again(at, top === undefined || toNumber(top) !== 0);
          if (next === undefined) break;
          at = next.at - 1;
          stack.length = next.depth;
          break;
        }
        case Op.EndIf:
        case Op.Nop:
        case Op.Length:
          break;
        default: {
          const item = this.#operand(opcode) ?? this.#operation(opcode);
          if (item === undefined) return undefined;
          stack.push(item);
        }
      }
    }
    return stack.length === 1 && !this.#incomplete && !this.#failed ? stack[0] : undefined;
  }

  #pop(): Item {
    this.#incomplete ||= this.#stack.length === 0;
    return this.#stack.pop() ?? { number: 0 };
  }

  #number(index: number): Item {
    return { number: this.args.numbers[index] ?? 0, source: index };
  }

  #copyOf(array: Float64Array | undefined): ArrayItem {
    const values = new Float64Array(this.size);
    if (array !== undefined) values.set(array.subarray(0, this.size));
    return { values };
  }

  #toArray(item: Item): ArrayItem {
    return isArray(item) ? item : { values: filled(this.size, item.number) };
  }

  #storeNumber(index: number, item: Item): void {
    const { numbers } = this.args;
    if (index >= 0 && index < numbers.length) numbers[index] = toNumber(item);
  }

  #storeArray(index: number, item: Item): void {
    const { arrays } = this.args;
    if (index < 0 || index >= arrays.length) return;
    const target = arrays[index] ?? new Float64Array(this.size);
    if (isArray(item)) target.set(item.values);
    else target.fill(item.number, 0, this.size);
    arrays[index] = target;
    this.program.stored |= 1 << index;
  }

  /** The words that put something on the stack and take nothing. */
  #operand(opcode: number): Item | undefined {
    switch (opcode) {
      case Op.FetchValue:
        return { number: this.program.value };
      case Op.FetchResult:
        return this.#copyOf(this.program.array);
      case Op.Random:
        return { number: random.uniform() };
      case Op.NormalRandom:
        return { number: random.normal() };
      case Op.ArrayRandom:
        return { values: new Float64Array(this.size).map(random.uniform) };
      case Op.Index:
        return { values: new Float64Array(this.size).map((_, index) => index) };
      default: {
        const number = constantOf(opcode);
        return number === undefined ? undefined : { number };
      }
    }
  }

  #operation(opcode: number): Item | undefined {
    const top = this.#pop();
    if (opcode in ofTwoNumbers) return this.#ofTwo(opcode, this.#pop(), top);
    switch (opcode) {
      case Op.Power:
        return elementwise(this.#pop(), (x) => extendedBinary(Op.Power, x, toNumber(top)));
      case Op.ShiftLeft:
      case Op.ShiftRight:
        return shift(opcode, this.#pop(), toNumber(top));
      case Op.Concatenate:
        return this.#concatenate(this.#pop(), top);
      case Op.Subrange:
      case Op.SubrangeInPlace: {
        const from = this.#pop();
        return this.#subrange(opcode, this.#toArray(this.#pop()), toNumber(from), toNumber(top));
      }
      case Op.ArgumentAt:
        return this.#argumentAt(nearest(toNumber(top)));
      case Op.DoubledAt:
        return this.#copyOf(this.args.arrays[nearest(toNumber(top))]);
      case Op.ToNumber:
        return { number: toNumber(top) };
      case Op.ToArray:
        return this.#toArray(top);
      case Op.SmoothTimes: {
        const item = this.#toArray(this.#pop());
        const whole = { first: 0, last: this.size - 1 };
        for (let round = 0; round < Math.trunc(toNumber(top)); round++) smooth(item.values, whole);
        return { values: item.values };
      }
      case Op.DerivativeOver:
        return derived(this.#toArray(this.#pop()), toNumber(top));
      case Op.FitMasked:
        return isArray(top) ? this.#fitted(this.#toArray(this.#pop()), top)?.item : undefined;
      case Op.FitPolynomial:
        return isArray(top) ? this.#fitted(top)?.item : { number: 0 };
      default:
        if (!isArray(top)) return { number: ofNumber(opcode, top.number) };
        if (POSITIVE_ONLY.has(opcode)) this.#failed = top.values.some((x) => x < 0);
        return ofArray(opcode, top);
    }
  }

  #argumentAt(index: number): Item {
    return index >= 0 && index < this.args.numbers.length ? this.#number(index) : { number: 0 };
  }

  #ofTwo(opcode: number, first: Item, second: Item): Item {
    const operation = ofTwoNumbers[opcode] ?? ((x) => x);
    if (!isArray(first) && !isArray(second)) return { number: operation(first.number, second.number) };
    const { values, count } = this.#toArray(first);
    const other = isArray(second) ? second.values : undefined;
    const number = toNumber(second);
    for (let i = 0; i < values.length; i++) values[i] = operation(values[i] ?? 0, other?.[i] ?? number);
    return { values, count };
  }

  #concatenate(first: Item, second: Item): Item {
    if (!isArray(first) && !isArray(second)) return first;
    const { values, count } = this.#toArray(first);
    const start = count ?? values.length;
    const added = isArray(second)
      ? second.values.subarray(0, second.count ?? second.values.length)
      : Float64Array.of(second.number);
    const fitting = added.subarray(0, Math.max(0, values.length - start));
    values.set(fitting, start);
    return { values, count: start + fitting.length };
  }

  #subrange(opcode: number, { values }: ArrayItem, from: number, to: number): Item {
    const size = this.size;
    const position = (value: number): number => toInt32(value) + (toInt32(value) < 0 ? size : 0);
    const first = Math.max(0, Math.min(position(from), size));
    const last = Math.min(position(to), size - 1);
    if (opcode === Op.SubrangeInPlace) {
      clearOutside(values, { first, last });
      return { values, count: Math.max(0, last + 1) };
    }
    const part = values.slice(first, Math.max(first, last + 1));
    values.fill(0);
    values.set(part);
    return { values, count: part.length };
  }

  /** MAX and MIN element by element, where one of them is an array; FINITE and ISNAN over all elements. */
  #ofMany(opcode: number, items: readonly Item[]): Item {
    const all = items.flatMap((item) => (isArray(item) ? [...item.values] : [item.number]));
    if (opcode === Op.Finite) return { number: flag(all.every(Number.isFinite)) };
    if (opcode === Op.IsNan) return { number: flag(all.some(Number.isNaN)) };
    const [first = { number: 0 }, ...rest] = items;
    const better = opcode === Op.Max ? (x: number, y: number) => x > y : (x: number, y: number) => x < y;
    if (!items.some(isArray))
      return {
        number: all.reduceRight((best, x) => (Number.isNaN(best) || better(best, x) ? best : x)),
      };
    const { values, count } = this.#toArray(first);
    for (const item of rest.reverse())
      for (let i = 0; i < values.length; i++) {
        const candidate = isArray(item) ? (item.values[i] ?? 0) : item.number;
        if (better(candidate, values[i] ?? 0)) values[i] = candidate;
      }
    return { values, count };
  }

  /** A parabola in the place of an array's values. */
  #fitted(item: ArrayItem, mask?: ArrayItem): { item: Item; polynomial: Polynomial } | undefined {
    const { values } = item;
    const range = rangeOf(mask ?? item);
    const x = Float64Array.from({ length: this.size }, (_, index) => index);
    const part = (array: Float64Array) => array.subarray(range.first, range.last + 1);
    const polynomial = fitPolynomial(part(x), part(values), mask && part(mask.values));
    if (polynomial === undefined) return undefined;
    const { a, b, c } = polynomial;
    for (let i = range.first; i <= range.last; i++) values[i] = c + b * i + a * i * i;
    clearOutside(values, range);
    return { item: { values, count: item.count }, polynomial };
  }

  /** FITQ(y, c, b, a) and FITMQ(y, mask, c, b, a): the coefficients go into the arguments that are named. */
  #fitInto(items: readonly Item[], masked: boolean): Item | undefined {
    const [y = { number: 0 }, ...rest] = items;
    const mask = masked ? rest.shift() : undefined;
    if (masked && mask === undefined) return undefined;
    const fitted = this.#fitted(this.#toArray(y), mask && this.#toArray(mask));
    if (fitted === undefined) return undefined;
    const { c, b, a } = fitted.polynomial;
    [c, b, a].forEach((coefficient, index) => {
      const target = rest[index];
      if (target !== undefined && !isArray(target) && target.source !== undefined)
        this.#storeNumber(target.source, { number: coefficient });
    });
    return fitted.item;
  }
}
