import { Severity, Status } from "../../channel/alarm.js";
import { simulatedInput } from "../fieldGroups.js";
import { inLink, ulong } from "../fieldSpec.js";
import { lengthOf, limitSize, longTextAddress, longTextFields, measure, postLongText } from "../longText.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = {
  ...longTextFields,
  OLEN: ulong({ special: "nomod", prompt: "Length of OVAL" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...simulatedInput(menuYesNo),
};

type Lsi = RecordOf<typeof fields>;

const isRead = (io: RecordIo<Lsi>): boolean => {
  const state = io.linkState("INP");
  return state !== "constant" && state !== "disconnected";
};

/** Long string input. */
export const lsi = defineRecordType("lsi", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL", optional: true },
  prepare(record, io) {
    limitSize(record);
    io.loadConstant("INP", "VAL");
  },
  init(record) {
    if (record.VAL === "") return;
    record.LEN = record.OLEN = lengthOf(record.VAL);
    record.OVAL = record.VAL;
    record.UDF = 0;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    if (isRead(io) && io.input !== "failed") record.LEN = lengthOf(record.VAL);
    io.timestamp();
    if (record.UDF !== 0) io.setSevr(Status.UDF, Severity.INVALID);
    postLongText(record, io);
  },
  afterPut(record, io, field) {
    if (field === "VAL") measure(record, io);
    return undefined;
  },
  address: longTextAddress,
});
