import { isArrayValue, MAX_STRING_SIZE, type Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import { memHash } from "../libcom/memHash.js";
import { defineMenu } from "./menu.js";

/** When an array is posted, under the name that each record type gives the choices. */
export const menuArrayPost = (menuName: string) =>
  defineMenu(menuName, { always: "Always", onChange: "On Change" });

const ALWAYS = 0;
const ON_CHANGE = 1;

interface ArrayRecord {
  VAL: Value;
  MPST: number;
  APST: number;
  HASH: number;
}

/** The elements as they lie in EPICS Base's memory: texts with zeros behind them. */
function bytesOf(value: Value): Uint8Array {
  if (!isArrayValue(value)) return new Uint8Array(0);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const bytes = Buffer.alloc(value.length * MAX_STRING_SIZE);
  for (const [index, text] of value.entries()) bytes.write(text, index * MAX_STRING_SIZE);
  return bytes;
}

/** Posts VAL always or when its content differs from what was posted last, as MPST and APST say. */
export function postArray(
  record: ArrayRecord,
  io: { post(field: "VAL" | "HASH", mask: number): void; resetAlarms(): number },
): void {
  let mask = io.resetAlarms();
  if (record.MPST === ALWAYS) mask |= EventMask.VALUE;
  if (record.APST === ALWAYS) mask |= EventMask.LOG;
  if (record.MPST === ON_CHANGE || record.APST === ON_CHANGE) {
    const hash = memHash(bytesOf(record.VAL));
    if (hash !== record.HASH) {
      mask |= changeMask(record);
      record.HASH = hash;
      io.post("HASH", EventMask.VALUE);
    }
  }
  io.post("VAL", mask);
}

const changeMask = ({ MPST, APST }: ArrayRecord): number =>
  (MPST === ON_CHANGE ? EventMask.VALUE : 0) | (APST === ON_CHANGE ? EventMask.LOG : 0);
