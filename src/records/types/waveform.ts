import { emptyArray } from "../../channel/dbf.js";
import { postArray } from "../arrayMonitor.js";
import { arrayAddress, arrayFields, arrayProperties, countElements, startArray } from "../arrayRecord.js";
import { arrayType } from "../arrayType.js";
import { simulatedInput } from "../fieldGroups.js";
import { inLink, short, ulong } from "../fieldSpec.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  ...arrayFields("waveform"),
  RARM: short({ pp: true, interest: 1, prompt: "Rearm the waveform" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  NELM: ulong({ special: "nomod", initial: "1", interest: 1, prompt: "Number of Elements" }),
  BUSY: short({ special: "nomod", prompt: "Busy Indicator" }),
  ...simulatedInput(menuYesNo),
};

const busyRange = { low: 0, high: 1 };

/** Array of up to NELM elements of FTVL; NORD says how many there are. */
export const waveform = defineRecordType("waveform", fields, {
  device: { link: "INP", value: "VAL" },
  prepare(record, io) {
    startArray(record);
    if (io.loadConstant("INP", "VAL")) record.UDF = 0;
  },
  init: countElements,
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    // Simulating a constant gives no elements.
    if (record.SIMM === menuYesNo.YES && record.SIOL.isConstant)
      record.VAL = emptyArray(arrayType(record.FTVL), 0);
    record.UDF = 0;
    io.timestamp();
    countElements(record, io);
    postArray(record, io);
  },
  afterPut(record, io, field) {
    if (field === "VAL") countElements(record, io);
    return undefined;
  },
  address: arrayAddress,
  properties: (record, field) =>
    field === "BUSY" ? { display: busyRange, control: busyRange } : arrayProperties(record, field),
});
