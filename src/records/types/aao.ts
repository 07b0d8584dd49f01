import { postArray } from "../arrayMonitor.js";
import { arrayAddress, arrayFields, arrayProperties, countElements, startArray } from "../arrayRecord.js";
import { closedLoop, simulatedOutput } from "../fieldGroups.js";
import { outLink, ulong } from "../fieldSpec.js";
import { menuOmsl, menuYesNo } from "../menus.js";
import { isClosedLoop } from "../output.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  ...arrayFields("aao"),
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  NELM: ulong({ prop: true, special: "nomod", initial: "1", interest: 1, prompt: "Number of Elements" }),
  ...closedLoop,
  ...simulatedOutput(menuYesNo),
};

/** Array output of up to NELM elements of FTVL. */
export const aao = defineRecordType("aao", fields, {
  device: { link: "OUT", value: "VAL", forgiving: true },
  prepare(record, io) {
    startArray(record);
    if (record.OMSL === menuOmsl.closed_loop && io.loadConstant("DOL", "VAL")) record.UDF = 0;
  },
  init: countElements,
  process(record, io) {
    record.UDF = 0;
    if (isClosedLoop(record) && !io.readLink("DOL", "VAL")) return "abandoned";
    io.timestamp();
    return io.writeDevice();
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
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
