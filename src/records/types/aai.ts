import { postArray } from "../arrayMonitor.js";
import { arrayAddress, arrayFields, arrayProperties, countElements, startArray } from "../arrayRecord.js";
import { simulatedInput } from "../fieldGroups.js";
import { inLink, ulong } from "../fieldSpec.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  ...arrayFields("aai"),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  NELM: ulong({ prop: true, special: "nomod", initial: "1", interest: 1, prompt: "Number of Elements" }),
  ...simulatedInput(menuYesNo),
};

/** Array input of up to NELM elements of FTVL. */
export const aai = defineRecordType("aai", fields, {
  device: { link: "INP", value: "VAL" },
  prepare(record, io) {
    startArray(record, record.NELM > 1 ? 0 : 1);
    if (io.loadConstant("INP", "VAL")) record.UDF = 0;
  },
  init: countElements,
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
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
  properties: arrayProperties,
});
