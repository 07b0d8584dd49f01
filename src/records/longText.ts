import { EventMask } from "../channel/eventMask.js";
import { longString, menu, ulong, ushort } from "./fieldSpec.js";
import { menuPost } from "./menus.js";
import type { FieldAddress } from "./recordType.js";

/** Fields of records that hold more text than an EPICS string; `OLEN` is theirs to add. */
export const longTextFields = {
  VAL: longString({ pp: true, asl: 0, special: "dbaddr", prompt: "Current Value" }),
  OVAL: longString({ special: "dbaddr", interest: 3, prompt: "Old Value" }),
  SIZV: ushort({ special: "nomod", initial: "41", interest: 1, prompt: "Size of buffers" }),
  LEN: ulong({ special: "nomod", prompt: "Length of VAL" }),
  MPST: menu(menuPost, { interest: 1, prompt: "Post Value Monitors" }),
  APST: menu(menuPost, { interest: 1, prompt: "Post Archive Monitors" }),
};

interface LongText {
  VAL: string;
  OVAL: string;
  SIZV: number;
  LEN: number;
  OLEN: number;
  MPST: number;
  APST: number;
}

const SMALLEST = 16;
const LARGEST = 32_767;

export function limitSize(record: { SIZV: number }): void {
  record.SIZV = Math.min(Math.max(record.SIZV, SMALLEST), LARGEST);
}

/** Bytes of the text with its NUL; 0 for a text that was never set. */
export const lengthOf = (text: string): number => Buffer.byteLength(text) + 1;

export const longTextAddress = (record: LongText, field: string): FieldAddress => ({
  type: "STRING",
  elementCount: 1,
  bytes: record.SIZV,
  readOnly: field === "OVAL",
});

type Io = { post(field: "VAL" | "LEN", mask: number): void; resetAlarms(): number };

/** Posts VAL when it differs from the text posted last, or always where MPST and APST say so, and LEN. */
export function postLongText(record: LongText, io: Io): void {
  let mask = io.resetAlarms();
  if (record.LEN !== record.OLEN || record.OVAL !== record.VAL) {
    mask |= EventMask.VALUE | EventMask.LOG;
    record.OVAL = record.VAL;
  }
  if (record.LEN !== record.OLEN) {
    record.OLEN = record.LEN;
    io.post("LEN", EventMask.VALUE | EventMask.LOG);
  }
  if (record.MPST === menuPost.Always) mask |= EventMask.VALUE;
  if (record.APST === menuPost.Always) mask |= EventMask.LOG;
  io.post("VAL", mask);
}

/** After a put to VAL. */
export function measure(record: LongText, io: Io): void {
  record.LEN = lengthOf(record.VAL);
  io.post("LEN", EventMask.VALUE | EventMask.LOG);
}
