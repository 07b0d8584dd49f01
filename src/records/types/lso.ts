import { Severity, Status } from "../../channel/alarm.js";
import { closedLoop, invalidAction, simulatedOutput, withPrompts } from "../fieldGroups.js";
import { outLink, string, ulong } from "../fieldSpec.js";
import { lengthOf, limitSize, longTextAddress, longTextFields, measure, postLongText } from "../longText.js";
import { menuOmsl, menuYesNo } from "../menus.js";
import { driveOutput } from "../output.js";
import { defineRecordType, type RecordOf } from "../recordType.js";

const fields = withPrompts(
  {
    ...longTextFields,
    OLEN: ulong({ special: "nomod", interest: 3, prompt: "Length of OVAL" }),
    OUT: outLink({ interest: 1, prompt: "Output Specification" }),
    ...closedLoop,
    ...simulatedOutput(menuYesNo),
    ...invalidAction(string(40, { interest: 2, prompt: "INVALID Output Value" })),
  },
  { OVAL: "Previous Value", IVOA: "INVALID Output Action", SIML: "Simulation Mode link" },
);

function useIvov(record: RecordOf<typeof fields>): void {
  record.VAL = record.IVOV;
  record.LEN = lengthOf(record.VAL);
}

/** Long string output. */
export const lso = defineRecordType("lso", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL" },
  prepare(record, io) {
    limitSize(record);
    if (io.loadConstant("DOL", "VAL")) record.LEN = lengthOf(record.VAL);
  },
  init(record) {
    if (record.LEN === 0) return;
    record.OLEN = record.LEN;
    record.OVAL = record.VAL;
    record.UDF = 0;
  },
  process(record, io) {
    if (record.OMSL === menuOmsl.closed_loop && io.readLink("DOL", "VAL")) {
      record.UDF = 0;
      if (record.DOL.target.connected) record.LEN = lengthOf(record.VAL);
    }
    if (record.UDF !== 0) io.setSevr(Status.UDF, Severity.INVALID);
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    io.timestamp();
    postLongText(record, io);
  },
  afterPut(record, io, field) {
    if (field === "VAL") measure(record, io);
    return undefined;
  },
  address: longTextAddress,
});
