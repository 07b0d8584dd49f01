import { deadbandMask } from "../deadband.js";
import {
  closedLoop,
  deadbands,
  driveLimits,
  invalidAction,
  limitAlarms,
  operatingRange,
  simulatedOutput,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { long, menu, noAccess, outLink } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { menuYesNo } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { driveOutput, takeWithinLimits, useIvov } from "../output.js";
import { menuOutputOption, shouldWrite } from "../outputOption.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: long({ pp: true, asl: 0, prompt: "Desired Output" }),
    OUT: outLink({ special: "mod", interest: 1, prompt: "Output Specification" }),
    ...closedLoop,
    ...units,
    ...driveLimits(long),
    ...operatingRange(long),
    ...limitAlarms(long),
    ...deadbands(long),
    ...simulatedOutput(menuYesNo),
    ...invalidAction(long({ interest: 2, prompt: "INVALID output value" })),
    PVAL: long({ prompt: "Previous Value" }),
    OUTPVT: noAccess({ special: "nomod", interest: 4, prompt: "Output Write Control Private" }),
    OOCH: menu(menuYesNo, { initial: "1", interest: 1, prompt: "Output Exec. On Change (Opt)" }),
    OOPT: menu(menuOutputOption("longoutOOPT"), { initial: "0", interest: 1, prompt: "Output Execute Opt" }),
  },
  { SIOL: "Sim Output Specifctn", SIML: "Sim Mode Location", SIMS: "Sim mode Alarm Svrty" },
);

type Longout = RecordOf<typeof fields>;

const onScale = scaleFields("IVOV");
const inUnits = fieldsLikeValue(fields);

/** Records whose OUT is new since the last write: the next write is not left out. */
const outputIsNew = new WeakSet<Longout>();

/** Whether OOPT asks for a write; whatever it says, PVAL follows. */
function isWriteWanted(record: Longout): boolean {
  const wanted = shouldWrite(record.OOPT, record.VAL, record.PVAL, outputIsNew.delete(record));
  record.PVAL = record.VAL;
  return wanted;
}

const writeWhereWanted = (record: Longout, io: RecordIo<Longout>): undefined | Promise<void> =>
  io.writeDevice(() => isWriteWanted(record));

/** 32-bit integer output. */
export const longout = defineRecordType("longout", fields, {
  device: { link: "OUT", value: "VAL", forgiving: true },
  prepare(record, io) {
    if (io.loadConstant("DOL", "VAL")) record.UDF = 0;
  },
  init(record) {
    record.MLST = record.ALST = record.LALM = record.PVAL = record.VAL;
    outputIsNew.add(record);
  },
  process(record, io) {
    takeWithinLimits(record, io);
    io.timestamp();
    checkLimitAlarms(record, io);
    return driveOutput(record, io, useIvov, writeWhereWanted);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    io.post("VAL", io.resetAlarms() | deadbandMask(record));
  },
  afterPut(record, _io, field) {
    if (field === "OUT" && record.OOCH === menuYesNo.YES) outputIsNew.add(record);
    return undefined;
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits, drive: "whenSet" }),
});
