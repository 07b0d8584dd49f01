import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { BIT_NAMES, bitFields, spreadBits } from "../bits.js";
import { simulatedInput } from "../fieldGroups.js";
import { inLink, long, short, ulong, ushort } from "../fieldSpec.js";
import { menuSimm } from "../menus.js";
import { maskFromBits, maskRead, placeMask } from "../multiBit.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  VAL: long({ pp: true, asl: 0, prompt: "Current Value" }),
  NOBT: short({ prop: true, special: "nomod", interest: 1, prompt: "Number of Bits" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  RVAL: ulong({ pp: true, prompt: "Raw Value" }),
  ORAW: ulong({ special: "nomod", interest: 3, prompt: "Prev Raw Value" }),
  MASK: ulong({ special: "nomod", interest: 1, prompt: "Hardware Mask" }),
  MLST: long({ special: "nomod", interest: 3, prompt: "Last Value Monitored" }),
  SHFT: ushort({ interest: 1, prompt: "Shift" }),
  ...bitFields({ pp: true, interest: 1 }),
  ...simulatedInput(menuSimm),
  SVAL: long({ prompt: "Simulation Value" }),
};

/** A word of up to 32 bits, each in a field of its own. */
export const mbbiDirect = defineRecordType("mbbiDirect", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL", raw: "RVAL", constantDefines: true, as: "ULONG" },
  prepare(record, io) {
    maskFromBits(record);
    if (io.isRawSoftChannel) placeMask(record);
  },
  init(record, io) {
    if (io.deviceSetRaw) record.VAL = (record.RVAL >>> record.SHFT) | 0;
    spreadBits(record, record.VAL);
    record.MLST = record.VAL;
    record.ORAW = record.RVAL;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    io.timestamp();
    // Raw Soft Channel converts what is there, also after a failure.
    if (io.input === "failed" && io.isRawSoftChannel && record.SIMM === menuSimm.NO) io.failed = false;
    if (!io.failed && io.input !== "noConvert") {
      maskRead(record, io);
      record.VAL = (record.RVAL >>> record.SHFT) | 0;
      record.UDF = 0;
    }
    if (record.UDF !== 0) io.setSevr(Status.UDF, Severity.INVALID);
    let mask = io.resetAlarms();
    const changed = spreadBits(record, record.VAL);
    BIT_NAMES.forEach((name, index) => {
      io.post(name, (changed >>> index) & 1 ? mask | EventMask.VALUE | EventMask.LOG : mask);
    });
    if (record.MLST !== record.VAL) mask |= EventMask.VALUE | EventMask.LOG;
    record.MLST = record.VAL;
    io.post("VAL", mask);
    if (record.ORAW === record.RVAL) return;
    io.post("RVAL", mask | EventMask.VALUE | EventMask.LOG);
    record.ORAW = record.RVAL;
  },
});
