import {
  FLOAT_MAXIMUM,
  FLOAT_MINIMUM,
  type IntegerKind,
  parseDouble,
  parseFloat32,
  parseInteger,
} from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { doubleToString, floatToString } from "./cvtFast.js";
import {
  type ArrayValue,
  type DbfType,
  emptyArray,
  isArrayValue,
  MAX_STRING_SIZE,
  type ScalarValue,
  type Value,
} from "./dbf.js";

export interface ConvertProperties {
  /** Decimals of a float or double as text (PREC); 6 when the record has none. */
  readonly precision?: number | undefined;
  /** The states of the enum or the choices of the menu on either side. */
  readonly states?: readonly string[] | undefined;
  /** How many of the states a number may choose; all of them when absent. */
  readonly stateCount?: number | undefined;
  /** Text of an enum beyond its states, as `Illegal_Value` of bi; its number when absent. */
  readonly illegalState?: string | undefined;
  /** A get turns empty strings of an array into 0; a put refuses them. Scalars take them as 0 in both directions. */
  readonly direction?: "get" | "put" | undefined;
}

/** The field types that hold whole numbers. */
export type IntegerType = Exclude<DbfType, "STRING" | "FLOAT" | "DOUBLE">;

/** Size and sign of whole numbers by field type. */
export const INTEGER_KINDS: Readonly<Record<IntegerType, IntegerKind>> = {
  CHAR: { bits: 8, signed: true },
  UCHAR: { bits: 8, signed: false },
  SHORT: { bits: 16, signed: true },
  USHORT: { bits: 16, signed: false },
  LONG: { bits: 32, signed: true },
  ULONG: { bits: 32, signed: false },
  INT64: { bits: 64, signed: true },
  UINT64: { bits: 64, signed: false },
  ENUM: { bits: 16, signed: false },
};

const isIntegerType = (type: DbfType): type is IntegerType => type in INTEGER_KINDS;

/** Size and sign of a type of whole numbers; undefined for any other type. */
export const integerKindOf = (type: DbfType): IntegerKind | undefined =>
  isIntegerType(type) ? INTEGER_KINDS[type] : undefined;

const DEFAULT_PRECISION = 6;
const LONG_INDEFINITE = -(2 ** 31);
const INT64_INDEFINITE = -(2n ** 63n);

/** Cuts a text to what an EPICS string of `size` bytes holds, NUL included, without splitting a character. */
export function truncateString(text: string, size = MAX_STRING_SIZE): string {
  const room = size - 1;
  // No character takes more than three bytes per UTF-16 unit.
  if (text.length * 3 <= room || Buffer.byteLength(text) <= room) return text;
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > room) break;
    kept += character;
  }
  return kept;
}

/** Double to float with EPICS's limits: overflow gives the largest float, underflow the smallest normal one. */
export function doubleToFloat(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const magnitude = Math.abs(value);
  if (magnitude >= FLOAT_MAXIMUM) return value < 0 ? -FLOAT_MAXIMUM : FLOAT_MAXIMUM;
  if (magnitude <= FLOAT_MINIMUM) return value < 0 ? -FLOAT_MINIMUM : FLOAT_MINIMUM;
  return Math.fround(value);
}

/** Truncates toward zero into 64 bits; what does not fit gives the processor's "indefinite" integer, as in EPICS on x86. */
function truncateToInt64(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return INT64_INDEFINITE;
  return BigInt(Math.trunc(value));
}

function truncateToUint64(value: number): bigint {
  if (!(value >= 2 ** 63)) return BigInt.asUintN(64, truncateToInt64(value));
  return value < 2 ** 64 ? BigInt(value) : 0n;
}

function truncateToInteger(value: number, kind: IntegerKind): number {
  if (kind.bits === 32 && !kind.signed) return Number(BigInt.asUintN(32, truncateToInt64(value)));
  const whole = Math.abs(Math.trunc(value)) < 2 ** 31 ? Math.trunc(value) : LONG_INDEFINITE;
  return wrap(whole, kind);
}

/** The low bits of an integer, as a C cast keeps them. */
function wrap(value: number, kind: IntegerKind): number {
  switch (kind.bits) {
    case 8:
      return kind.signed ? (value << 24) >> 24 : value & 0xff;
    case 16:
      return kind.signed ? (value << 16) >> 16 : value & 0xffff;
    default:
      return kind.signed ? value | 0 : value >>> 0;
  }
}

const wrapBig = (value: bigint, kind: IntegerKind): bigint =>
  kind.signed ? BigInt.asIntN(kind.bits, value) : BigInt.asUintN(kind.bits, value);

function numberToNumber(value: number | bigint, from: DbfType, to: DbfType): number | bigint {
  if (to === "DOUBLE") return Number(value);
  if (to === "FLOAT") return from === "DOUBLE" ? doubleToFloat(Number(value)) : Math.fround(Number(value));
  const kind = integerKindOf(to);
  if (kind === undefined) return value;
  if (kind.bits === 64) {
    if (typeof value === "bigint") return wrapBig(value, kind);
    return kind.signed ? truncateToInt64(value) : truncateToUint64(value);
  }
  if (typeof value === "bigint") return Number(wrapBig(value, kind));
  return from === "FLOAT" || from === "DOUBLE" || !Number.isInteger(value)
    ? truncateToInteger(value, kind)
    : wrap(value, kind);
}

function numberToString(value: number | bigint, from: DbfType, properties: ConvertProperties): string {
  const precision = properties.precision ?? DEFAULT_PRECISION;
  switch (from) {
    case "DOUBLE":
      return truncateString(doubleToString(Number(value), precision));
    case "FLOAT":
      return truncateString(floatToString(Number(value), precision));
    case "ENUM":
      if (properties.states === undefined) return String(value);
      return properties.states[Number(value)] ?? properties.illegalState ?? String(value);
    default:
      return String(value);
  }
}

/** The name of a state, or the number of one. */
function stringToEnum(
  text: string,
  { states, stateCount }: ConvertProperties,
  mayTextFollow: boolean,
): Result<number> {
  if (states === undefined) return failed(`"${text}" cannot be an enum value here: no states are known`);
  const exact = states.indexOf(text);
  if (exact >= 0) return ok(exact);
  const parsed = parseInteger(text, INTEGER_KINDS.ENUM);
  const isNumber = parsed.ok && (mayTextFollow || parsed.value.rest === "");
  if (!isNumber || parsed.value.value >= (stateCount ?? states.length))
    return failed(`"${text}" is none of the choices ${states.map((state) => `"${state}"`).join(", ")}`);
  return ok(Number(parsed.value.value));
}

/** ULONG travels as a double over Channel Access, so text such as 1.0e3 has to be read as one. */
function stringToUlong(text: string, kind: IntegerKind): Result<number> {
  const integer = parseInteger(text, kind);
  if (integer.ok && !/^[.eE]/.test(integer.value.rest)) return ok(Number(integer.value.value));
  if (!integer.ok && integer.error.endsWith("range")) return integer;
  const real = parseDouble(text);
  if (!real.ok) return real;
  if (real.value.value >= 0 && real.value.value <= 0xffff_ffff) return ok(Math.trunc(real.value.value));
  return integer.ok ? ok(Number(integer.value.value)) : failed(`"${text}" is out of range`);
}

function stringToNumber(text: string, to: Exclude<DbfType, "ENUM">): Result<number | bigint> {
  if (to === "DOUBLE" || to === "FLOAT") {
    const parsed = to === "DOUBLE" ? parseDouble(text) : parseFloat32(text);
    return parsed.ok ? ok(parsed.value.value) : parsed;
  }
  const kind = integerKindOf(to);
  if (kind === undefined) return failed(`no conversion to ${to}`);
  if (to === "ULONG") return stringToUlong(text, kind);
  const parsed = parseInteger(text, kind);
  if (!parsed.ok) return parsed;
  return ok(kind.bits === 64 ? parsed.value.value : Number(parsed.value.value));
}

function convertScalar(
  value: ScalarValue,
  from: DbfType,
  to: DbfType,
  properties: ConvertProperties,
  isElement: boolean,
): Result<ScalarValue> {
  if (typeof value !== "string")
    return ok(to === "STRING" ? numberToString(value, from, properties) : numberToNumber(value, from, to));
  if (to === "STRING") return ok(truncateString(value));
  if (to === "ENUM") return stringToEnum(value, properties, isElement);
  const emptyIsZero = !isElement || properties.direction === "get";
  if (value === "" && emptyIsZero) return ok(to === "INT64" || to === "UINT64" ? 0n : 0);
  return stringToNumber(value, to);
}

function convertArray(
  value: ArrayValue,
  from: DbfType,
  to: DbfType,
  properties: ConvertProperties,
): Result<ArrayValue> {
  if (from === to && from !== "STRING") return ok(value);
  const strings: string[] = [];
  const target = emptyArray(to, to === "STRING" ? 0 : value.length);
  for (let index = 0; index < value.length; index++) {
    const converted = convertScalar(value[index] ?? 0, from, to, properties, true);
    if (!converted.ok) return converted;
    const element = converted.value;
    if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
      target[index] = BigInt(element);
    } else if (to === "STRING") strings.push(String(element));
    else if (ArrayBuffer.isView(target)) target[index] = Number(element);
  }
  return ok(to === "STRING" ? strings : target);
}

/**
 * Converts a value between field types with the rules of EPICS Base 7.0.10: text after a number is ignored, 0x and a leading 0
 * work for integers, reals are truncated toward zero, integers keep their low bits, enum text is a state or its number, after
 * which text may only follow in an array.
 */
export function convertValue(
  value: Value,
  from: DbfType,
  to: DbfType,
  properties: ConvertProperties = {},
): Result<Value> {
  if (isArrayValue(value)) return convertArray(value, from, to, properties);
  if (from === to && from !== "STRING") return ok(value);
  return convertScalar(value, from, to, properties, false);
}
