import { isDeepStrictEqual } from "node:util";
import type { Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import { defineMenu } from "./menu.js";

/** When an array is posted, under the name that each record type gives the choices. */
export const menuArrayPost = (menuName: string) =>
  defineMenu(menuName, { always: "Always", onChange: "On Change" });

const ALWAYS = 0;

interface ArrayRecord {
  VAL: Value;
  MPST: number;
  APST: number;
}

const posted = new WeakMap<object, Value>();

/** Posts VAL always or when its content differs from what was posted last, as MPST and APST say. */
export function postArray(
  record: ArrayRecord,
  io: { post(field: "VAL", mask: number): void; resetAlarms(): number },
): void {
  let mask = io.resetAlarms();
  if (record.MPST === ALWAYS) mask |= EventMask.VALUE;
  if (record.APST === ALWAYS) mask |= EventMask.LOG;
  if (record.MPST !== ALWAYS || record.APST !== ALWAYS) {
    const last = posted.get(record);
    if (last !== record.VAL && !isDeepStrictEqual(last, record.VAL)) mask |= changeMask(record);
    posted.set(record, record.VAL);
  }
  io.post("VAL", mask);
}

const changeMask = ({ MPST, APST }: ArrayRecord): number =>
  (MPST === ALWAYS ? 0 : EventMask.VALUE) | (APST === ALWAYS ? 0 : EventMask.LOG);
