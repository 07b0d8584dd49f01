import { integerKindOf } from "../../channel/convert.js";
import { type DbfType, elementsOf, isArrayValue, type ScalarValue, type Value } from "../../channel/dbf.js";
import type { Channel } from "../../channel/provider.js";
import { toText } from "../../channel/text.js";
import { formatGeneral } from "../../libcom/cFormat.js";
import { escapeText } from "../../libcom/escape.js";
import { Rejection } from "../command.js";
import type { IocshHost } from "../host.js";

/** Refuses what makes sense on running records only. */
export function needsIocInit(host: IocshHost, command: string): void {
  if (!host.initialised) throw new Rejection(`${command} only works after iocInit`);
}

/** Opens a PV of this IOC for the length of `use`. */
export function withChannel<T>(
  host: Pick<IocshHost, "engine">,
  name: string,
  use: (channel: Channel) => T,
): T {
  const channel = host.engine.open(name);
  if (channel === undefined) throw new Rejection(`PV '${name}' not found`);
  try {
    return use(channel);
  } finally {
    channel.close();
  }
}

/** The name of an argument that must be there. */
export function required(word: string | undefined, usage: string): string {
  if (word === undefined || word === "") throw new Rejection(`Usage: ${usage}`);
  return word;
}

/** As printf's %x shows the integer; 64 bits keep their sign. */
const hexadecimal = (value: number | bigint, bits: number): string => {
  const wide = BigInt(value);
  if (bits === 64 && wide < 0n) return `-0x${(-wide).toString(16)}`;
  return `0x${BigInt.asUintN(bits, wide).toString(16)}`;
};

/** One element as dbgf prints it: `3.5`, `7 = 0x7`, `"text"`. */
export function elementText(type: DbfType, value: ScalarValue): string {
  if (typeof value === "string") return `"${escapeText(value)}"`;
  const kind = type === "ENUM" ? undefined : integerKindOf(type);
  if (kind !== undefined) {
    const printable = type === "CHAR" && value >= 32 && value < 127;
    const character = printable ? ` = '${String.fromCharCode(Number(value))}'` : "";
    return `${value} = ${hexadecimal(value, kind.bits)}${character}`;
  }
  return formatGeneral(Number(value), type === "FLOAT" ? 6 : 12);
}

const MOST_TEXT_PER_CELL = 74;

/** Text cut so that each piece, escaped and quoted, fits a line. */
function chunks(text: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of text) {
    const escaped = escapeText(character);
    if (piece.length + escaped.length > MOST_TEXT_PER_CELL) {
      pieces.push(piece);
      piece = "";
    }
    piece += escaped;
  }
  if (piece !== "") pieces.push(piece);
  return pieces.map((each, index) => `"${each}"${index + 1 < pieces.length ? " +" : ""}`);
}

/** `DBF_DOUBLE[3]: ` and the elements, as cells for columns of 10 characters. */
export function valueCells(type: DbfType, value: Value): readonly string[] {
  const elements = elementsOf(value);
  const count = elements.length === 1 ? "" : `[${elements.length}]`;
  const empty = elements.length === 0 ? "(empty)" : "";
  const title = `DBF_${type}${count}: ${empty}`;
  if (type === "CHAR" && isArrayValue(value) && value.length > 1) return [title, ...chunks(toText(value))];
  return [title, ...elements.map((element) => elementText(type, element))];
}
