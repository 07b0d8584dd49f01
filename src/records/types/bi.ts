import { Status } from "../../channel/alarm.js";
import {
  binaryFields,
  binaryStates,
  binaryTexts,
  checkStateAlarms,
  illegalBinaryState,
  stateNames,
} from "../binary.js";
import { simulatedInput, withPrompts } from "../fieldGroups.js";
import { inLink, ulong } from "../fieldSpec.js";
import { menuSimm } from "../menus.js";
import { defineRecordType } from "../recordType.js";
import { postState } from "../statePosting.js";

const fields = withPrompts(
  {
    INP: inLink({ interest: 1, prompt: "Input Specification" }),
    ...binaryFields,
    ...stateNames,
    ...simulatedInput(menuSimm),
    SVAL: ulong({ prompt: "Simulation Value" }),
  },
  { COSV: "Change of State Svr" },
);

/** Binary input. */
export const bi = defineRecordType("bi", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL", raw: "RVAL", constantDefines: true },
  init(record, io) {
    if (io.deviceSetRaw) record.VAL = record.RVAL === 0 ? 0 : 1;
    record.MLST = record.LALM = record.VAL;
    record.ORAW = record.RVAL;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    io.timestamp();
    if (io.input === "convert") {
      // Of a simulated raw value EPICS Base takes 16 bits.
      if (record.SIMM === menuSimm.RAW) record.RVAL &= 0xffff;
      record.VAL = record.RVAL === 0 ? 0 : 1;
      record.UDF = 0;
    }
    // As EPICS Base has it, other values than 1 do not count here.
    if (record.UDF === 1) io.setSevr(Status.UDF, record.UDFS);
    else if (record.VAL <= 1) checkStateAlarms(record, io);
    postState(record, io);
  },
  states: binaryStates,
  stateTexts: binaryTexts,
  illegalState: illegalBinaryState,
});
