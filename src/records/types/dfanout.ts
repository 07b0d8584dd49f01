import { Severity, Status } from "../../channel/alarm.js";
import { deadbandMask } from "../deadband.js";
import {
  closedLoop,
  deadbands,
  fieldsNamed,
  invalidAction,
  limitAlarms,
  operatingRange,
  precision,
  units,
} from "../fieldGroups.js";
import { double, inLink, menu, outLink, ushort } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { defineMenu } from "../menu.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { driveOutput, isClosedLoop, useIvov } from "../output.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const dfanoutSELM = defineMenu("dfanoutSELM", { All: "All", Specified: "Specified", Mask: "Mask" });

const OUTPUTS = [
  "OUTA",
  "OUTB",
  "OUTC",
  "OUTD",
  "OUTE",
  "OUTF",
  "OUTG",
  "OUTH",
  "OUTI",
  "OUTJ",
  "OUTK",
  "OUTL",
  "OUTM",
  "OUTN",
  "OUTO",
  "OUTP",
] as const;

const fields = {
  VAL: double({ pp: true, asl: 0, prompt: "Desired Output" }),
  SELM: menu(dfanoutSELM, { interest: 1, prompt: "Select Mechanism" }),
  SELN: ushort({ initial: "1", interest: 1, prompt: "Link Selection" }),
  SELL: inLink({ interest: 1, prompt: "Link Selection Loc" }),
  ...fieldsNamed(OUTPUTS, (name) => outLink({ interest: 1, prompt: `Output Spec ${name.at(-1)}` })),
  ...closedLoop,
  ...units,
  ...precision,
  ...operatingRange(double),
  ...limitAlarms(double),
  ...deadbands(double),
  ...invalidAction(double({ interest: 2, prompt: "INVALID output value" })),
};

type Dfanout = RecordOf<typeof fields>;

const onScale = scaleFields();
const inUnits = fieldsLikeValue(fields);

/** The outputs that SELM and SELN choose; undefined for a SELN that means none there is. */
function chosen(record: Dfanout): readonly (typeof OUTPUTS)[number][] | undefined {
  if (record.SELM === dfanoutSELM.All) return OUTPUTS;
  if (record.SELM === dfanoutSELM.Mask) return OUTPUTS.filter((_name, bit) => (record.SELN >> bit) & 1);
  return record.SELN > OUTPUTS.length ? undefined : OUTPUTS.slice(Math.max(record.SELN - 1, 0), record.SELN);
}

function pushValue(record: Dfanout, io: RecordIo<Dfanout>): undefined {
  const outputs = chosen(record);
  if (outputs === undefined) io.setSevr(Status.SOFT, Severity.INVALID);
  for (const output of outputs ?? [])
    if (!io.writeLink(output, record.VAL, "DOUBLE")) io.setSevr(Status.LINK, Severity.MAJOR);
}

/** Writes one value through up to sixteen links. */
export const dfanout = defineRecordType("dfanout", fields, {
  prepare(record, io) {
    io.loadConstant("SELL", "SELN");
    if (io.loadConstant("DOL", "VAL")) record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
  },
  process(record, io) {
    if (isClosedLoop(record)) {
      io.failed = !io.readLink("DOL", "VAL");
      if (!io.failed) record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
    }
    io.timestamp();
    io.readLink("SELL", "SELN");
    checkLimitAlarms(record, io);
    return driveOutput(record, io, useIvov, pushValue);
  },
  complete(record, io) {
    io.post("VAL", io.resetAlarms() | deadbandMask(record));
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits }),
});
