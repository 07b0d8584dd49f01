import { Severity, Status } from "../../channel/alarm.js";
import { type ConvertProperties, convertValue, truncateString } from "../../channel/convert.js";
import { type DbfType, firstElement, type TypedValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { charsToText } from "../../channel/text.js";
import { fieldsNamed } from "../fieldGroups.js";
import { inLink, longString, outLink, string, ulong, ushort } from "../fieldSpec.js";
import { constantValue } from "../links/constant.js";
import type { Link } from "../links/link.js";
import { charsFrom } from "../longString.js";
import { lengthOf, limitSize } from "../longText.js";
import { type PrintfArguments, printfText } from "../printfFormat.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const INPUTS = ["INP0", "INP1", "INP2", "INP3", "INP4", "INP5", "INP6", "INP7", "INP8", "INP9"] as const;

const fields = {
  VAL: longString({ pp: true, asl: 0, special: "dbaddr", prompt: "Result" }),
  SIZV: ushort({ special: "nomod", initial: "41", interest: 1, prompt: "Size of VAL buffer" }),
  LEN: ulong({ special: "nomod", prompt: "Length of VAL" }),
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  FMT: string(81, { pp: true, prompt: "Format String" }),
  IVLS: string(16, { initial: "LNK", prompt: "Invalid Link String" }),
  ...fieldsNamed(INPUTS, (name) => inLink({ interest: 1, prompt: `Input ${name.slice(-1)}` })),
};

type Printf = RecordOf<typeof fields>;

/** The values of the inputs, one link after the other. */
function inputsOf(record: Printf, io: RecordIo<Printf>): PrintfArguments {
  let next = 0;
  const read = (): TypedValue | undefined => {
    const link = INPUTS[next];
    next += 1;
    if (link === undefined) return undefined;
    return record[link].isConstant ? constantValue(record[link]) : io.readLinkValue(link);
  };
  const failed = (): undefined => {
    const link = INPUTS[next - 1];
    if (link !== undefined && !record[link].isConstant)
      io.setSevr(Status.LINK, Severity.INVALID, `field ${link}`);
  };
  return {
    number(type) {
      const value = read();
      return value && (numberOf(value, type) ?? failed());
    },
    text(long, bytes) {
      const source = read();
      if (source === undefined) return undefined;
      const { kind, textOf } = linkOf(record, next - 1)?.target ?? {};
      if (long) return longText(source, bytes, kind === "constant" || textOf !== undefined) ?? failed();
      return (textOf === "link" ? undefined : shortText(source, formatOf(record, next - 1))) ?? failed();
    },
  };
}

/** A constant text, or the text that values are the characters of. */
function longText(source: TypedValue, bytes: number, isText: boolean): string | undefined {
  if (isText && typeof source.value === "string") return truncateString(source.value, bytes);
  const chars = charsFrom(source, "get");
  return chars && truncateString(charsToText(chars), bytes + 1);
}

/** An array counts with its first element only. */
function shortText({ value, type }: TypedValue, format: ConvertProperties): string | undefined {
  const first = firstElement(value);
  const text = first === undefined ? undefined : convertValue(first, type, "STRING", format);
  return text?.ok ? truncateString(String(text.value)) : undefined;
}

function linkOf(record: Printf, index: number): Link | undefined {
  const name = INPUTS[index];
  return name && record[name];
}

const formatOf = (record: Printf, index: number): ConvertProperties =>
  linkOf(record, index)?.target.format() ?? {};

function numberOf({ value, type }: TypedValue, to: DbfType): number | bigint | undefined {
  const first = firstElement(value);
  const converted = first === undefined ? undefined : convertValue(first, type, to, { direction: "put" });
  if (converted?.ok !== true) return undefined;
  return typeof converted.value === "number" || typeof converted.value === "bigint"
    ? converted.value
    : undefined;
}

/** A text made of up to ten inputs with C's printf. */
export const printf = defineRecordType("printf", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL" },
  prepare: limitSize,
  process(record, io) {
    const text = printfText(record.FMT, inputsOf(record, io), record.SIZV - 1, record.IVLS);
    record.VAL = truncateString(text, record.SIZV);
    record.LEN = lengthOf(record.VAL);
    record.UDF = 0;
    io.timestamp();
    return io.writeDevice();
  },
  complete(_record, io) {
    const mask = io.resetAlarms() | EventMask.VALUE | EventMask.LOG;
    io.post("VAL", mask);
    io.post("LEN", mask);
  },
  address: (record) => ({ type: "STRING", elementCount: 1, bytes: record.SIZV }),
});
