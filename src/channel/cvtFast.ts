import { formatExponential, formatFixed } from "../libcom/cFormat.js";

// EPICS formats numbers up to ten million itself, rounding half up from one guard digit, and leaves the rest to printf.
const LARGEST_OWN = 1e7;
const LARGEST_OWN_PRECISION = 8;

function fromWholeAndFraction(whole: number, guarded: number, precision: number, negative: boolean): string {
  const place = 10 ** precision;
  let integer = whole;
  let fraction = Math.trunc((guarded + 5) / 10);
  if (fraction >= place) {
    integer++;
    fraction -= place;
  }
  const digits = precision > 0 ? `.${String(fraction).padStart(precision, "0")}` : "";
  return `${negative ? "-" : ""}${integer}${digits}`;
}

/** A negative precision is a large one: EPICS takes it as an unsigned number of 16 bits. */
const unsigned = (precision: number): number => precision & 0xffff;

/** A double as a string with `decimals`, as EPICS's cvtDoubleToString writes it. */
export function doubleToString(value: number, decimals: number): string {
  const precision = unsigned(decimals);
  if (Number.isNaN(value) || precision > LARGEST_OWN_PRECISION || Math.abs(value) > LARGEST_OWN) {
    if (precision > LARGEST_OWN_PRECISION || Math.abs(value) > 1e16)
      return formatExponential(value, Math.min(precision, 17)).padStart(Math.min(precision, 17) + 7);
    return formatFixed(value, Math.min(precision, 3));
  }
  const magnitude = Math.abs(value);
  const whole = Math.trunc(magnitude);
  const guarded = Math.trunc((magnitude - whole) * 10 ** precision * 10);
  return fromWholeAndFraction(whole, guarded, precision, value < 0);
}

/** A 32-bit float as a string with `decimals`, as EPICS's cvtFloatToString writes it. */
export function floatToString(value: number, decimals: number): string {
  const precision = unsigned(decimals);
  if (Number.isNaN(value) || precision > LARGEST_OWN_PRECISION || Math.abs(value) > LARGEST_OWN) {
    if (precision > LARGEST_OWN_PRECISION || Math.abs(value) >= 1e8)
      return formatExponential(value, Math.min(precision, 12)).padStart(Math.min(precision, 12) + 6);
    return formatFixed(value, Math.min(precision, 3));
  }
  const magnitude = Math.abs(value);
  const whole = Math.trunc(magnitude);
  const scaled = Math.fround(Math.fround(magnitude - whole) * 10 ** precision);
  return fromWholeAndFraction(whole, Math.trunc(Math.fround(scaled * 10)), precision, value < 0);
}
