import { Severity, Status } from "../../channel/alarm.js";
import { closedLoop, invalidAction, simulatedOutput } from "../fieldGroups.js";
import { outLink, string, ulong } from "../fieldSpec.js";
import { lengthOf, limitSize, longTextAddress, longTextFields, measure, postLongText } from "../longText.js";
import { menuYesNo } from "../menus.js";
import { driveOutput, isClosedLoop } from "../output.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = {
  ...longTextFields,
  OLEN: ulong({ special: "nomod", interest: 3, prompt: "Length of OVAL" }),
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  ...closedLoop,
  ...simulatedOutput(menuYesNo),
  ...invalidAction(string(40, { interest: 2, prompt: "INVALID Output Value" })),
};

type Lso = RecordOf<typeof fields>;

/** A DOL that is not connected leaves the value and counts as read. */
function takeDesired(record: Lso, io: RecordIo<Lso>): void {
  const connected = io.linkState("DOL") !== "disconnected";
  if (connected && !io.readLink("DOL", "VAL")) return;
  record.UDF = 0;
  if (connected) record.LEN = lengthOf(record.VAL);
}

/** Long string output. */
export const lso = defineRecordType("lso", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL", optional: true },
  prepare(record, io) {
    limitSize(record);
    io.loadConstant("DOL", "VAL");
  },
  init(record) {
    if (record.VAL === "") return;
    record.LEN = record.OLEN = lengthOf(record.VAL);
    record.OVAL = record.VAL;
    record.UDF = 0;
  },
  process(record, io) {
    if (isClosedLoop(record)) takeDesired(record, io);
    if (record.UDF !== 0) io.setSevr(Status.UDF, Severity.INVALID);
    return driveOutput(
      record,
      () => {
        record.VAL = record.IVOV;
        record.LEN = lengthOf(record.VAL);
      },
      () => io.writeDevice(),
    );
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
