import { EventMask } from "../channel/eventMask.js";

interface StateRecord {
  VAL: number;
  MLST: number;
  RVAL: number;
  ORAW: number;
}

type Io = { post(field: "VAL" | "RVAL", mask: number): void; resetAlarms(): number };

/** Posts VAL and RVAL of a record of states as far as they changed; returns the mask posted for VAL. */
export function postState(record: StateRecord, io: Io): number {
  let mask = io.resetAlarms();
  if (record.MLST !== record.VAL) {
    mask |= EventMask.VALUE | EventMask.LOG;
    record.MLST = record.VAL;
  }
  io.post("VAL", mask);
  if (record.ORAW !== record.RVAL) {
    io.post("RVAL", mask | EventMask.VALUE | EventMask.LOG);
    record.ORAW = record.RVAL;
  }
  return mask;
}
