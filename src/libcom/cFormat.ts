// JavaScript rounds an exact tie away from zero where C's printf rounds it to even: 0.5 as %.0f is 0 in C.

const nonFinite = (value: number): string | undefined =>
  Number.isNaN(value) ? "nan" : value === Infinity ? "inf" : value === -Infinity ? "-inf" : undefined;

const isNegative = (value: number): boolean => value < 0 || Object.is(value, -0);

/** Rounds a string of decimal digits to `keep` digits, ties to even; a carry makes it one digit longer. */
function roundDigits(digits: string, keep: number): string {
  const head = digits.slice(0, keep);
  const tail = digits.slice(keep);
  const half = `5${"0".repeat(Math.max(0, tail.length - 1))}`;
  const odd = Number(head.at(-1) ?? "0") % 2 === 1;
  const up = tail !== "" && (tail > half || (tail === half && odd));
  return up ? String(BigInt(head || "0") + 1n).padStart(keep, "0") : head;
}

/** `%.*e`. */
export function formatExponential(value: number, precision: number): string {
  const special = nonFinite(value);
  if (special !== undefined) return special;
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential(100).split("e");
  let exponent = Number(exponentText);
  let digits = roundDigits(mantissa.replace(".", ""), precision + 1);
  if (digits.length > precision + 1) {
    digits = digits.slice(0, -1);
    exponent++;
  }
  const fraction = precision > 0 ? `.${digits.slice(1)}` : "";
  const exponentDigits = String(Math.abs(exponent)).padStart(2, "0");
  return `${isNegative(value) ? "-" : ""}${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${exponentDigits}`;
}

/** `%.*f`. */
export function formatFixed(value: number, precision: number): string {
  const special = nonFinite(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const sign = isNegative(value) ? "-" : "";
  if (magnitude >= 1e21)
    return `${sign}${BigInt(magnitude)}${precision > 0 ? `.${"0".repeat(precision)}` : ""}`;
  const [whole = "0", fraction = ""] = magnitude.toFixed(100).split(".");
  const digits = roundDigits(whole + fraction, whole.length + precision);
  const point = digits.length - precision;
  return sign + digits.slice(0, point) + (precision > 0 ? `.${digits.slice(point)}` : "");
}

/** `%.*g`: `precision` significant digits, trailing zeros dropped. */
export function formatGeneral(value: number, precision = 6): string {
  const special = nonFinite(value);
  if (special !== undefined) return special;
  const significant = precision === 0 ? 1 : precision;
  const exponential = formatExponential(value, significant - 1);
  const [mantissa = "0", exponentText = "+00"] = exponential.split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= significant) return `${dropZeros(mantissa)}e${exponentText}`;
  return dropZeros(formatFixed(value, significant - 1 - exponent));
}

const dropZeros = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
