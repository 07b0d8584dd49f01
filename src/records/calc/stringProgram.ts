import {
  bitOperation,
  comparison,
  constantOf,
  extendedBinary,
  extendedUnary,
  nearest,
  randomSource,
  remainder,
} from "./extendedScalar.js";
import { Loops, loopStarts } from "./loops.js";
import { Op } from "./opcodes.js";
import { flag, jumpTargets } from "./program.js";
import {
  crc16,
  escapeBytes,
  firstNumber,
  leadingNumber,
  lrc,
  numberToText,
  print,
  readBinary,
  replaceFirst,
  scan,
  shifted,
  subrange,
  TEXT_SIZE,
  unescapeBytes,
  without,
  writeBinary,
  xor8,
} from "./stringFunctions.js";

type Item = number | string;

/** Numbers that differ by less are equal. */
const TOLERANCE = 1e-11;
/** Digits behind the point of numbers that become text inside of an expression. */
const TEXT_PRECISION = 8;

/** An expression with any of these computes with texts; one without is computed with numbers of C's long type. */
const TEXT_WORDS: ReadonlySet<number> = new Set([
  Op.FetchDoubled,
  Op.StoreDoubled,
  Op.FetchResult,
  Op.DoubledAt,
  Op.StoreDoubledAt,
  Op.Length,
  Op.Subrange,
  Op.LiteralText,
  Op.ToText,
  Op.Replace,
  Op.Printf,
  Op.Sscanf,
  Op.BinaryWrite,
  Op.BinaryRead,
  Op.Escape,
  Op.Unescape,
  Op.Crc16,
  Op.AppendCrc16,
  Op.Lrc,
  Op.AsciiModbus,
  Op.Xor8,
  Op.AppendXor8,
]);

/**
 * Zeros under the stack. An expression may take more than there is: what counts is where it ends, as with an assignment in the
 * middle of a sum.
 */
const BELOW = 10;

const random = randomSource((state) => (state + 1) / 65536);

const toNumber = (item: Item): number => (typeof item === "number" ? item : leadingNumber(item));
const toText = (item: Item): string => (typeof item === "string" ? item : numberToText(item, TEXT_PRECISION));

/** What an expression reads and assigns to: numbers A, B ... and texts AA, BB ... */
export interface StringArguments {
  readonly numbers: Float64Array;
  readonly texts: string[];
}

/** A compiled expression of numbers and texts. */
export class StringProgram {
  readonly #code: readonly number[];
  readonly #texts: readonly string[];
  readonly #targets: Int32Array;
  readonly #loops: ReadonlyMap<number, number> | undefined;
  readonly #usesText: boolean;
  /** The result of the last evaluation that had one. */
  value = 0;
  text = "";

  constructor(code: readonly number[], texts: readonly string[]) {
    this.#code = code;
    this.#texts = texts;
    this.#targets = jumpTargets(code);
    this.#loops = loopStarts(code);
    this.#usesText = code.some((word) => TEXT_WORDS.has(word));
  }

  /**
   * Evaluates; `value` and `text` hold what VAL and SVAL are before, and the result afterwards.
   * @param precision digits behind the point of `text` where the expression has none of its own
   * @returns false when there is no result, or none that is finite
   */
  perform(args: StringArguments, precision: number): boolean {
    const result = this.#run(args);
    if (result === undefined) return false;
    this.value = toNumber(result);
    if (typeof result === "string") this.text = result.slice(0, TEXT_SIZE);
    else this.text = numberToText(result, this.#usesText ? TEXT_PRECISION : precision);
    return Number.isFinite(this.value);
  }

  #run(args: StringArguments): Item | undefined {
    if (this.#loops === undefined) return undefined;
    const code = this.#code;
    const loops = new Loops(this.#loops);
    const stack: Item[] = Array(BELOW).fill(0);
    const pop = (): Item => stack.pop() ?? 0;
    for (let at = 0; at < code.length; at++) {
      const opcode = code[at] ?? 0;
      switch (opcode) {
        case Op.Literal:
          stack.push(code[++at] ?? 0);
          break;
        case Op.LiteralText:
          stack.push((this.#texts[code[++at] ?? 0] ?? "").slice(0, TEXT_SIZE));
          break;
        case Op.Fetch:
          stack.push(args.numbers[code[++at] ?? 0] ?? 0);
          break;
        case Op.FetchDoubled:
          stack.push(args.texts[code[++at] ?? 0] ?? "");
          break;
        case Op.Store:
          storeNumber(args, code[++at] ?? 0, pop());
          break;
        case Op.StoreDoubled:
          storeText(args, code[++at] ?? 0, pop());
          break;
        case Op.StoreArgumentAt:
        case Op.StoreDoubledAt: {
          const item = pop();
          const index = nearest(toNumber(pop()));
          if (opcode === Op.StoreArgumentAt) storeNumber(args, index, item);
          else storeText(args, index, item);
          break;
        }
        case Op.FetchValue:
          stack.push(this.value);
          break;
        case Op.FetchResult:
          stack.push(this.text);
          break;
        case Op.Random:
          stack.push(random.uniform());
          break;
        case Op.NormalRandom:
          stack.push(random.normal());
          break;
        case Op.Max:
        case Op.Min:
        case Op.Finite:
        case Op.IsNan:
          stack.push(ofMany(opcode, stack.splice(-(code[++at] ?? 1))));
          break;
        case Op.If:
        case Op.Else: {
          if (opcode === Op.If && toNumber(pop()) !== 0) break;
          const target = this.#targets[at] ?? -1;
          if (target < 0) return undefined;
          at = target - 1;
          break;
        }
        case Op.Until:
          loops.enter(at, stack.length);
          break;
        case Op.UntilEnd: {
          const next = loops.again(at, stack.at(-1) !== 0);
          if (next === undefined) break;
          at = next.at - 1;
          stack.length = next.depth;
          break;
        }
        case Op.EndIf:
        case Op.Nop:
          break;
        case Op.Subrange:
        case Op.Replace: {
          const second = pop();
          const first = pop();
          const text = toText(pop());
          stack.push(
            opcode === Op.Subrange
              ? subrange(text, first, second)
              : replaceFirst(text, toText(first), toText(second)),
          );
          break;
        }
        default: {
          const constant = constantOf(opcode);
          const item =
            constant ??
            (TWO.has(opcode) ? this.#ofTwo(opcode, pop(), pop()) : this.#ofOne(opcode, pop(), args));
          if (item === undefined) return undefined;
          stack.push(item);
        }
      }
    }
    return stack.length === BELOW + 1 ? stack[BELOW] : undefined;
  }

  #ofOne(opcode: number, item: Item, args: StringArguments): Item | undefined {
    const one = typeof item === "string" ? ofText[opcode] : undefined;
    if (one !== undefined && typeof item === "string") return one(item);
    if (TEXT_ONLY.has(opcode)) return item;
    switch (opcode) {
      case Op.ToNumber:
        return toNumber(item);
      case Op.ToText:
        return toText(item);
      case Op.Length:
        return toText(item).length;
      case Op.ArgumentAt:
        return args.numbers[nearest(toNumber(item))] ?? 0;
      case Op.DoubledAt:
        return args.texts[nearest(toNumber(item))] ?? "";
      case Op.Sqrt:
      case Op.Log10:
      case Op.LogE:
        if (toNumber(item) < 0) return undefined;
    }
    return extendedUnary(opcode, toNumber(item), this.#usesText ? "int" : "long");
  }

  #ofTwo(opcode: number, second: Item, first: Item): Item | undefined {
    if (opcode === Op.Printf) return typeof first === "string" ? print(first, second) : undefined;
    if (opcode === Op.BinaryWrite)
      return typeof first === "string" ? writeBinary(first, toNumber(second)) : undefined;
    if (typeof first === "string" && typeof second === "string") {
      if (opcode === Op.Sscanf) return scan(first, second);
      if (opcode === Op.BinaryRead) return readBinary(first, second);
      const answer = ofTwoTexts(opcode, first, second);
      if (answer !== undefined) return answer;
    }
    if (opcode === Op.Sscanf || opcode === Op.BinaryRead) return undefined;
    if (typeof first === "string" && (opcode === Op.ShiftLeft || opcode === Op.ShiftRight)) {
      const count = nearest(toNumber(second));
      return shifted(first, opcode === Op.ShiftRight ? count : -count);
    }
    return this.#ofTwoNumbers(opcode, toNumber(first), toNumber(second));
  }

  #ofTwoNumbers(opcode: number, x: number, y: number): number | undefined {
    switch (opcode) {
      case Op.Divide:
        return y === 0 ? undefined : x / y;
      case Op.Modulo:
        return remainder(x, y, this.#usesText ? "long" : "int");
      case Op.SubtractLast:
        return this.#usesText ? x - y : undefined;
      case Op.ShiftLeft:
      case Op.ShiftRight:
        return bitOperation(opcode, x, y, this.#usesText ? "int" : "long");
      default:
        return (
          comparison(opcode, x, y, TOLERANCE) ??
          bitOperation(opcode, x, y, "long") ??
          extendedBinary(opcode, x, y)
        );
    }
  }
}

function storeNumber({ numbers }: StringArguments, index: number, item: Item): void {
  if (index >= 0 && index < numbers.length) numbers[index] = toNumber(item);
}

function storeText({ texts }: StringArguments, index: number, item: Item): void {
  if (index >= 0 && index < texts.length) texts[index] = toText(item).slice(0, TEXT_SIZE);
}

const TWO: ReadonlySet<number> = new Set([
  Op.Add,
  Op.Subtract,
  Op.SubtractLast,
  Op.Multiply,
  Op.Divide,
  Op.Modulo,
  Op.Power,
  Op.Atan2,
  Op.Or,
  Op.And,
  Op.BitOr,
  Op.BitAnd,
  Op.BitXor,
  Op.ShiftRight,
  Op.ShiftLeft,
  Op.NotEqual,
  Op.Less,
  Op.LessOrEqual,
  Op.Equal,
  Op.GreaterOrEqual,
  Op.Greater,
  Op.MaxOfTwo,
  Op.MinOfTwo,
  Op.Printf,
  Op.Sscanf,
  Op.BinaryWrite,
  Op.BinaryRead,
]);

/** A text with something behind it, where there is something. */
const appended = (text: string, end: string | undefined): string => (text + (end ?? "")).slice(0, TEXT_SIZE);

/** Functions that leave numbers alone. */
const ofText: Readonly<Record<number, (text: string) => Item>> = {
  [Op.ToNumber]: firstNumber,
  [Op.Nint]: (text) => extendedUnary(Op.Nint, firstNumber(text), "long"),
  // A byte from 128 on is negative in C.
  [Op.Byte]: (text) => ((text.charCodeAt(0) || 0) << 24) >> 24,
  [Op.Escape]: escapeBytes,
  [Op.Unescape]: unescapeBytes,
  [Op.Crc16]: (text) => crc16(text) ?? text,
  [Op.AppendCrc16]: (text) => appended(text, crc16(text)),
  [Op.Lrc]: lrc,
  [Op.AsciiModbus]: (text) => appended(`:${text}`, lrc(text)),
  [Op.Xor8]: (text) => xor8(text) ?? text,
  [Op.AppendXor8]: (text) => appended(text, xor8(text)),
};

const TEXT_ONLY: ReadonlySet<number> = new Set([
  Op.Byte,
  Op.Escape,
  Op.Unescape,
  Op.Crc16,
  Op.AppendCrc16,
  Op.Lrc,
  Op.AsciiModbus,
  Op.Xor8,
  Op.AppendXor8,
]);

/** What an operator means between two texts; undefined where it takes them as numbers. */
function ofTwoTexts(opcode: number, x: string, y: string): Item | undefined {
  switch (opcode) {
    case Op.Add:
      return appended(x, y);
    case Op.Subtract:
      return without(x, y, "first");
    case Op.SubtractLast:
      return without(x, y, "last");
    case Op.Equal:
      return flag(x === y);
    case Op.NotEqual:
      return flag(x !== y);
    case Op.Less:
      return flag(x < y);
    case Op.LessOrEqual:
      return flag(x <= y);
    case Op.Greater:
      return flag(x > y);
    case Op.GreaterOrEqual:
      return flag(x >= y);
    case Op.MaxOfTwo:
      return x < y ? y : x;
    case Op.MinOfTwo:
      return x > y ? y : x;
    default:
      return undefined;
  }
}

/** MAX, MIN, FINITE and ISNAN; MAX and MIN of texts only compare them as such. */
function ofMany(opcode: number, items: readonly Item[]): Item {
  const numbers = items.map(toNumber);
  if (opcode === Op.Finite) return flag(numbers.every(Number.isFinite));
  if (opcode === Op.IsNan) return flag(numbers.some(Number.isNaN));
  const greater = opcode === Op.Max;
  if (items.every((item) => typeof item === "string"))
    return items.reduceRight((best, item) => ((greater ? item < best : item > best) ? best : item));
  return numbers.reduceRight((best, item) =>
    Number.isNaN(best) || (greater ? item < best : item > best) ? best : item,
  );
}
