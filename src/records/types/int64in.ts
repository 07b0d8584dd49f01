import { deadbandMask } from "../deadband.js";
import {
  alarmFilter,
  deadbands,
  limitAlarms,
  operatingRange,
  plainSeverities,
  simulatedInput,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { inLink, int64 } from "../fieldSpec.js";
import { checkFilteredLimitAlarms } from "../limitAlarms.js";
import { menuYesNo } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: int64({ pp: true, asl: 0, prompt: "Current value" }),
    INP: inLink({ interest: 1, prompt: "Input Specification" }),
    ...units,
    ...operatingRange(int64),
    ...limitAlarms(int64),
    ...plainSeverities,
    ...alarmFilter,
    ...deadbands(int64),
    ...simulatedInput(menuYesNo),
    SVAL: int64({ prompt: "Simulation Value" }),
  },
  { EGU: "Units name" },
);

const onScale = scaleFields("SVAL");
const inUnits = fieldsLikeValue(fields);

/** 64-bit integer input. */
export const int64in = defineRecordType("int64in", fields, {
  device: { link: "INP", value: "VAL" },
  init(record) {
    record.MLST = record.ALST = record.LALM = record.VAL;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    const previous = record.TIME;
    io.timestamp();
    if (io.input !== "failed") record.UDF = 0;
    checkFilteredLimitAlarms(record, io, previous);
    io.post("VAL", io.resetAlarms() | deadbandMask(record));
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits }),
});
