import { formatExponential, formatFixed, formatGeneral } from "./cFormat.js";

/** One directive of C's printf, without the argument's size. */
export interface PrintfDirective {
  /** Any of `-`, `+`, space, `#`, `0`. */
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  /** One of `diouxXeEfFgGcs`. */
  readonly conversion: string;
}

/** What printf writes for one directive and its argument. */
export function formatDirective(directive: PrintfDirective, value: number | bigint | string): string {
  const { flags, width, conversion } = directive;
  const { text, zeroPads } = unpadded(directive, value);
  if (flags.includes("-")) return text.padEnd(width);
  if (!zeroPads || !flags.includes("0")) return text.padStart(width);
  const [, sign = "", digits = ""] = /^([+\- ]?(?:0[xX])?)(.*)$/s.exec(text) ?? [];
  const prefix = "xX".includes(conversion) || !sign.includes("0") ? sign : "";
  return prefix + (prefix === sign ? digits : text).padStart(width - prefix.length, "0");
}

function unpadded(
  directive: PrintfDirective,
  value: number | bigint | string,
): { text: string; zeroPads: boolean } {
  const { conversion, precision } = directive;
  if (conversion === "s") return { text: String(value).slice(0, precision), zeroPads: false };
  if (conversion === "c") return { text: String.fromCharCode(Number(value) & 0xff), zeroPads: false };
  if ("diouxX".includes(conversion))
    return { text: integer(directive, BigInt(value)), zeroPads: precision === undefined };
  const number = Number(value);
  return { text: real(directive, number), zeroPads: Number.isFinite(number) };
}

const signOf = (flags: string, negative: boolean): string => {
  if (negative) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
};

function integer({ flags, precision, conversion }: PrintfDirective, value: bigint): string {
  const magnitude = value < 0n ? -value : value;
  const radix = conversion === "o" ? 8 : "xX".includes(conversion) ? 16 : 10;
  const bare = precision === 0 && value === 0n ? "" : magnitude.toString(radix);
  const digits = bare.padStart(precision ?? 1, "0");
  const alternate = flags.includes("#");
  if (radix === 10) return (conversion === "u" ? "" : signOf(flags, value < 0n)) + digits;
  if (radix === 8) return alternate && !digits.startsWith("0") ? `0${digits}` : digits;
  const text = alternate && value !== 0n ? `0x${digits}` : digits;
  return conversion === "X" ? text.toUpperCase() : text;
}

function real({ flags, precision, conversion }: PrintfDirective, value: number): string {
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = magnitudeText(conversion.toLowerCase(), Math.abs(value), precision ?? 6, flags);
  const text = signOf(flags, negative) + magnitude;
  return conversion === conversion.toUpperCase() ? text.toUpperCase() : text;
}

function magnitudeText(conversion: string, value: number, precision: number, flags: string): string {
  const alternate = flags.includes("#") && Number.isFinite(value);
  if (conversion === "g")
    return alternate ? generalWithZeros(value, precision) : formatGeneral(value, precision);
  const text = conversion === "e" ? formatExponential(value, precision) : formatFixed(value, precision);
  return alternate && precision === 0 ? text.replace(/(?=e|$)/, ".") : text;
}

/** `%#g` keeps the trailing zeros. */
function generalWithZeros(value: number, precision: number): string {
  const significant = Math.max(1, precision);
  const exponential = formatExponential(value, significant - 1);
  const exponent = Number(exponential.split("e")[1]);
  const isExponential = exponent < -4 || exponent >= significant;
  const text = isExponential ? exponential : formatFixed(value, significant - 1 - exponent);
  return text.includes(".") ? text : text.replace(/(?=e|$)/, ".");
}
