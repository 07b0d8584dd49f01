import { simulatedInput } from "../fieldGroups.js";
import { inLink, ulong } from "../fieldSpec.js";
import { lengthOf, limitSize, longTextAddress, longTextFields, measure, postLongText } from "../longText.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  ...longTextFields,
  OLEN: ulong({ special: "nomod", prompt: "Length of OVAL" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...simulatedInput(menuYesNo),
};

/** Long string input. */
export const lsi = defineRecordType("lsi", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL" },
  prepare(record, io) {
    limitSize(record);
    if (io.loadConstant("INP", "VAL")) record.LEN = lengthOf(record.VAL);
  },
  init(record) {
    if (record.LEN === 0) return;
    record.OLEN = record.LEN;
    record.OVAL = record.VAL;
    record.UDF = 0;
  },
  process(record, io) {
    const { UDF } = record;
    const pending = io.readDevice();
    // Reading through a link says nothing about UDF here; simulating does.
    if (!io.hasDeviceSupport && record.SIMM === menuYesNo.NO) record.UDF = UDF;
    return pending;
  },
  complete(record, io) {
    const link = record.SIMM === menuYesNo.NO ? record.INP : record.SIOL;
    if (link.target.connected && !io.failed) record.LEN = lengthOf(record.VAL);
    io.timestamp();
    postLongText(record, io);
  },
  afterPut(record, io, field) {
    if (field === "VAL") measure(record, io);
    return undefined;
  },
  address: longTextAddress,
});
