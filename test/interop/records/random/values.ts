import { INTEGER_KINDS } from "../../../../src/channel/convert.js";
import type { DbfType } from "../../../../src/channel/dbf.js";
import type { FieldSpec } from "../../../../src/records/fieldSpec.js";
import type { Element } from "../reference.js";
import type { Random } from "./random.js";

const SMALL = [0, 1, 2, 3, 4, 5, 7, 10, 15, 16, 42, 100, -1, -2, -5, -10] as const;
const EDGES = [
  255,
  256,
  32_767,
  32_768,
  65_535,
  65_536,
  -32_768,
  -129,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
] as const;
const REALS = [
  0.5, -0.5, 1.5, 2.5, 3.25, 9.999_999, 1e-3, 1e7, 123_456_789.125, 1e20, 1e300, -1e300, 1e-300,
] as const;
const TEXTS = [
  "",
  " ",
  "0",
  "1",
  "2",
  " 7 ",
  "-3",
  "3.7",
  "-2.5e1",
  "1e3",
  "1.5abc",
  "abc",
  "12 apples",
  "0x1F",
  "-0x10",
  "017",
  "08",
  "0b11",
  "+5",
  "nan",
  "inf",
  "-inf",
  "1e400",
  "65536",
  "-1",
  "4294967295",
  "4294967296",
  "3000000000",
  "9223372036854775807",
  "-9223372036854775808",
  "18446744073709551615",
  "99999999999999999999",
  "YES",
  "NO",
  "MAJOR",
  "On",
  "Off",
  "one",
  "two",
  "text of more than thirty-nine characters, cut",
  "é ü",
  "a\\nb",
  '"quoted"',
] as const;

const EXPRESSIONS = [
  "A",
  "A+B",
  "A*2-C",
  "VAL+1",
  "A>B?C:D",
  "A/B",
  "A%B",
  "SQRT(A)",
  "MAX(A,B,C)",
  "B:=A+1;B",
  "A&B|C",
  "!A",
  "A**2",
  "NINT(A)",
  "ABS(A)",
  "1/0",
  "0/0",
  "A<<2",
  "~A",
  "A=B",
  "A#B",
  "PI",
  "LN(A)",
  "FLOOR(A)",
  "VAL",
  "RNDM*0",
  "M+N+U",
  "A+",
  "(A",
  "",
  "1,2",
  "nonsense",
  "A B",
] as const;

const FORMATS = [
  "plain",
  "%d",
  "%5.2f",
  "%s",
  "%x",
  "%g|%e",
  "%s %d %f",
  "%c",
  "%%",
  "%ls",
  "%*d",
  "%lld",
  "%q",
  "",
  "%hd %u",
  "%-8s|",
  "%+d",
] as const;

/** A real number, sometimes one of those that go wrong. */
export function real(random: Random): Element {
  const kind = random.integer(0, 11);
  if (kind <= 4) return random.pick(SMALL);
  if (kind <= 6) return Number((random.unit() * 40 - 20).toFixed(3));
  if (kind === 7) return random.pick(REALS);
  if (kind === 8) return random.pick(EDGES);
  if (kind === 9) return random.unit() * 20 - 10;
  return kind === 10 ? random.pick(["NaN", "Infinity", "-Infinity"]) : random.pick([0, 1]);
}

const whole = (random: Random): number => (random.chance(0.75) ? random.pick(SMALL) : random.pick(EDGES));

const IN_TYPE = [
  "DOUBLE",
  "DOUBLE",
  "STRING",
  "LONG",
  "FLOAT",
  "SHORT",
  "INT64",
  "ENUM",
  "ULONG",
  "UCHAR",
  "CHAR",
  "UINT64",
  "USHORT",
] as const;

/** An element in a type, as a client of that type can have it. */
function element(random: Random, type: DbfType): Element {
  if (type === "STRING") return random.pick(TEXTS);
  if (type === "DOUBLE") return real(random);
  if (type === "FLOAT") return typeof real(random) === "string" ? "NaN" : Math.fround(whole(random) / 4);
  const { bits, signed } = INTEGER_KINDS[type];
  const value = BigInt(whole(random));
  const wrapped = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return bits === 64 ? String(wrapped) : Number(wrapped);
}

export interface TypedElements {
  readonly type: DbfType;
  readonly elements: readonly Element[];
}

/** What a client may put to a field. */
export function randomValue(
  random: Random,
  field: string,
  spec: FieldSpec,
  link: () => string,
): TypedElements {
  const text = (value: string): TypedElements => ({ type: "STRING", elements: [value] });
  if (spec.dbf.endsWith("LINK")) return text(link());
  if (/^(CALC|OCAL)$/.test(field)) return text(random.pick(EXPRESSIONS));
  if (field === "FMT") return text(random.pick(FORMATS));
  if (spec.menu !== undefined && random.chance(0.5)) return text(random.pick(spec.menu.choices));
  if (spec.menu !== undefined && random.chance(0.7))
    return {
      type: random.pick(["ENUM", "LONG", "DOUBLE"]),
      elements: [random.integer(0, spec.menu.choices.length)],
    };
  const type = random.pick(IN_TYPE);
  const count = spec.dbf === "NOACCESS" || random.chance(0.03) ? random.integer(1, 6) : 1;
  return { type, elements: random.list(count, () => element(random, type)) };
}

const simpleTexts = [
  "",
  "text",
  "1",
  "2.5",
  "-3",
  "0x10",
  "one",
  "Off",
  "On",
  "a longer text for a long string record",
] as const;

/** What a database may give a field; undefined for fields that a database cannot set. */
export function initialText(
  random: Random,
  field: string,
  spec: FieldSpec,
  link: () => string,
): string | undefined {
  if (spec.dbf.endsWith("LINK")) return link();
  if (/^(CALC|OCAL)$/.test(field)) return random.pick(EXPRESSIONS.slice(0, 16));
  if (field === "FMT") return random.pick(FORMATS);
  if (spec.menu !== undefined) return random.pick(spec.menu.choices);
  if (spec.dbf === "DOUBLE" || spec.dbf === "FLOAT")
    return String(random.pick([...SMALL, 0.5, 2.5, -1.25, 1e6]));
  if (spec.dbf === "STRING") return random.pick(simpleTexts).slice(0, spec.size - 1);
  if (spec.dbf === "NOACCESS" || spec.dbf === "DEVICE") return undefined;
  const small = random.pick(SMALL);
  return String(spec.dbf.startsWith("U") || spec.dbf === "ENUM" ? Math.abs(small) : small);
}
