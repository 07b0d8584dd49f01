import { EventMask } from "../channel/eventMask.js";
import { defineMenu } from "./menu.js";

/** When a text is posted, under the name that each record type gives the choices. */
export const menuStringPost = (menuName: string) =>
  defineMenu(menuName, { onChange: "On Change", always: "Always" });

const ALWAYS = 1;

interface StringRecord {
  VAL: string;
  OVAL: string;
  MPST: number;
  APST: number;
}

/** Posts VAL when it differs from the text posted last, or always where MPST and APST say so. */
export function postString(
  record: StringRecord,
  io: { post(field: "VAL", mask: number): void; resetAlarms(): number },
): void {
  let mask = io.resetAlarms();
  if (record.OVAL !== record.VAL) {
    mask |= EventMask.VALUE | EventMask.LOG;
    record.OVAL = record.VAL;
  }
  if (record.MPST === ALWAYS) mask |= EventMask.VALUE;
  if (record.APST === ALWAYS) mask |= EventMask.LOG;
  io.post("VAL", mask);
}
