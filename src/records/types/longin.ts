import { deadbandMask } from "../deadband.js";
import {
  alarmFilter,
  deadbands,
  limitAlarms,
  operatingRange,
  simulatedInput,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { inLink, long } from "../fieldSpec.js";
import { checkFilteredLimitAlarms } from "../limitAlarms.js";
import { menuYesNo } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: long({ pp: true, asl: 0, prompt: "Current value" }),
    INP: inLink({ interest: 1, prompt: "Input Specification" }),
    ...units,
    ...operatingRange(long),
    ...limitAlarms(long),
    ...alarmFilter,
    ...deadbands(long),
    ...simulatedInput(menuYesNo),
    SVAL: long({ prompt: "Simulation Value" }),
  },
  { SIOL: "Sim Input Specifctn", SIML: "Sim Mode Location", SIMS: "Sim mode Alarm Svrty" },
);

const onScale = scaleFields("SVAL");
const inUnits = fieldsLikeValue(fields);

/** 32-bit integer input. */
export const longin = defineRecordType("longin", fields, {
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
