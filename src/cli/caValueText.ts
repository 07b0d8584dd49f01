import type { CaReading } from "../ca/index.js";
import { elementCountOf, isArrayValue } from "../channel/dbf.js";
import { untilNul } from "../channel/text.js";
import { toInt32 } from "../libcom/toInt32.js";
import type { IntegerBase, ToolFormat } from "./caToolFormat.js";

const MAXIMUM_STATES = 16;

const escapes: Readonly<Record<number, string>> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  39: "\\'",
  92: "\\\\",
};

/** Text as EPICS escapes it: C escapes, and `\xNN` for bytes that are not printable ASCII. */
export const escapeBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => {
    const printable = byte >= 0x20 && byte < 0x7f;
    return (
      escapes[byte] ?? (printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`)
    );
  }).join("");

/** An integer of 32 bits in the base asked for. */
export function integerText(value: number, base: IntegerBase): string {
  const bits = value >>> 0;
  switch (base) {
    case "binary":
      return bits.toString(2);
    case "octal":
      return `0o${bits.toString(8)}`;
    case "hexadecimal":
      return `0x${bits.toString(16).toUpperCase()}`;
    default:
      return String(value);
  }
}

const roundedToLong = (value: number): number => toInt32(value > 0 ? value + 0.5 : value - 0.5);

function stateText(index: number, states: readonly string[]): string {
  if (index >= MAXIMUM_STATES) return `Illegal Value (${index})`;
  return states[index] ?? `Enum Index Overflow (${index})`;
}

/** One element of a reading, as the tools print it. */
export function elementText(reading: CaReading, index: number, format: ToolFormat): string {
  const { value, type, properties } = reading;
  const element = isArrayValue(value) ? value[index] : value;
  const number = Number(element);
  switch (type) {
    case "STRING":
      return escapeBytes(Buffer.from(String(element ?? "")));
    case "FLOAT":
    case "DOUBLE":
      return format.floatBase === "decimal"
        ? format.formatDouble(number)
        : integerText(roundedToLong(number), format.floatBase);
    case "UCHAR":
      return String((number << 24) >> 24);
    case "ENUM":
      return properties?.states === undefined || format.enumAsNumber
        ? String(number)
        : stateText(number, properties.states);
    default:
      return integerText(number, format.integerBase);
  }
}

/** All elements, without their number. */
export const elementTexts = (reading: CaReading, format: ToolFormat): readonly string[] =>
  Array.from({ length: elementCountOf(reading.value) }, (_, index) => elementText(reading, index, format));

/** A character array as text up to its first NUL; undefined when it is to be printed as numbers. */
export function longText(reading: CaReading, format: ToolFormat): string | undefined {
  if (!format.charArrayAsText || reading.type !== "UCHAR") return undefined;
  const { value } = reading;
  const asked = format.count > 0 || elementCountOf(value) > 1;
  if (!asked) return undefined;
  const bytes = isArrayValue(value) ? Uint8Array.from(value, Number) : Uint8Array.of(Number(value));
  return escapeBytes(untilNul(bytes));
}
