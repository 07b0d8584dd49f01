import { deadbandMask } from "../deadband.js";
import {
  closedLoop,
  deadbands,
  driveLimits,
  invalidAction,
  limitAlarms,
  operatingRange,
  plainSeverities,
  simulatedOutput,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { int64, outLink } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { menuYesNo } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { driveOutput, takeWithinLimits, useIvov } from "../output.js";
import { defineRecordType } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: int64({ pp: true, asl: 0, prompt: "Desired Output" }),
    OUT: outLink({ interest: 1, prompt: "Output Specification" }),
    ...closedLoop,
    ...units,
    ...driveLimits(int64),
    ...operatingRange(int64),
    ...limitAlarms(int64),
    ...plainSeverities,
    ...deadbands(int64),
    ...simulatedOutput(menuYesNo),
    ...invalidAction(int64({ interest: 2, prompt: "INVALID output value" })),
  },
  { EGU: "Units name" },
);

const onScale = scaleFields("IVOV");
const inUnits = fieldsLikeValue(fields);

/** 64-bit integer output. */
export const int64out = defineRecordType("int64out", fields, {
  device: { link: "OUT", value: "VAL", forgiving: true },
  prepare(record, io) {
    if (io.loadConstant("DOL", "VAL")) record.UDF = 0;
  },
  init(record) {
    record.MLST = record.ALST = record.LALM = record.VAL;
  },
  process(record, io) {
    takeWithinLimits(record, io);
    io.timestamp();
    checkLimitAlarms(record, io);
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    io.post("VAL", io.resetAlarms() | deadbandMask(record));
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits, drive: "whenSet" }),
});
