import { readDouble } from "./parseNumber.js";

/** One conversion of a scanf format. */
export interface ScanDirective {
  /** `*`: reads without giving anything. */
  readonly suppressed: boolean;
  readonly width: number | undefined;
  /** `h`, `hh`, `l`, `ll`, `L` or nothing. */
  readonly size: string;
  /** A letter, or `[` with the set in `set`. */
  readonly conversion: string;
  readonly set: string;
}

/** What a format is made of: conversions, blanks that stand for any blanks, and characters that have to be there. */
type Piece = ScanDirective | string;

const PIECE = /%%|%(\*?)(\d*)(hh|h|ll|l|L)?(?:\[(\^?\]?[^\]]*)\]|([^[]))|\s+|[\s\S]/g;

/** Takes a scanf format apart. */
const piecesOf = (format: string): readonly Piece[] =>
  [...format.matchAll(PIECE)].map(([text, star, width, size = "", set, letter]) => {
    if (set === undefined && letter === undefined) return text === "%%" ? "%" : text;
    return {
      suppressed: star === "*",
      width: width === "" ? undefined : Number(width),
      size,
      conversion: letter ?? "[",
      set: set ?? "",
    };
  });

/** The conversions of a format, with the suppressed ones. */
export const scanDirectives = (format: string): readonly ScanDirective[] =>
  piecesOf(format).filter((piece) => typeof piece !== "string");

const REAL =
  /^[+-]?(?:inf(?:inity)?|nan|0x[\da-f]*\.?[\da-f]*(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/i;

const patternOf = ({ conversion, set }: ScanDirective): RegExp | undefined => {
  switch (conversion) {
    case "d":
    case "u":
      return /^[+-]?\d+/;
    case "i":
      return /^[+-]?(?:0x[\da-f]+|\d+)/i;
    case "o":
      return /^[+-]?[0-7]+/;
    case "x":
    case "X":
      return /^[+-]?(?:0x)?[\da-f]+/i;
    case "s":
      return /^\S+/;
    case "[": {
      const negated = set.startsWith("^");
      const members = (negated ? set.slice(1) : set).replace(/[\\\]^]/g, "\\$&");
      return new RegExp(`^[${negated ? "^" : ""}${members}]+`);
    }
    default:
      return "eEfgG".includes(conversion) ? REAL : undefined;
  }
};

function integerOf(text: string, conversion: string): bigint {
  const negative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "");
  const isHex = /^0x/i.test(digits);
  const magnitude =
    conversion === "x" || conversion === "X" || (conversion === "i" && isHex)
      ? BigInt(isHex ? digits : `0x${digits}`)
      : conversion === "o" || (conversion === "i" && /^0[0-7]+$/.test(digits))
        ? BigInt(`0o${digits}`)
        : BigInt(digits);
  return negative ? -magnitude : magnitude;
}

const BITS: Readonly<Record<string, number>> = { hh: 8, h: 16, l: 64, ll: 64 };

function converted({ conversion, size }: ScanDirective, text: string): number | string {
  if ("cs[".includes(conversion)) return text;
  if ("eEfgG".includes(conversion)) {
    const value = readDouble(text)?.value ?? 0;
    return size === "l" ? value : Math.fround(value);
  }
  const bits = BITS[size] ?? 32;
  const wrap = "di".includes(conversion) ? BigInt.asIntN : BigInt.asUintN;
  return Number(wrap(bits, integerOf(text, conversion)));
}

/** What one conversion takes from the start of a text. */
function take(directive: ScanDirective, text: string): string | undefined {
  if (directive.conversion === "c") {
    const count = directive.width ?? 1;
    return text.length < count ? undefined : text.slice(0, count);
  }
  const window = directive.width === undefined ? text : text.slice(0, directive.width);
  return patternOf(directive)?.exec(window)?.[0];
}

/** What the first conversion of `format` that is not suppressed reads from `text`, as C's sscanf; undefined when it does not. */
export function scanOne(text: string, format: string): number | string | undefined {
  let rest = text;
  for (const piece of piecesOf(format)) {
    if (typeof piece === "string") {
      if (/^\s/.test(piece)) rest = rest.trimStart();
      else if (rest.startsWith(piece)) rest = rest.slice(piece.length);
      else return undefined;
      continue;
    }
    if (!"c[".includes(piece.conversion)) rest = rest.trimStart();
    const taken = take(piece, rest);
    if (taken === undefined) return undefined;
    if (!piece.suppressed) return converted(piece, taken);
    rest = rest.slice(taken.length);
  }
  return undefined;
}
