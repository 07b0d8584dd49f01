import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { linkedProperties } from "../calcFields.js";
import { fieldsNamed } from "../fieldGroups.js";
import { double, inLink, long, menu, outLink, short, ushort } from "../fieldSpec.js";
import { sensiblePrecision } from "../numericProperties.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";
import { GROUP_IDS, menuSelect, selectedGroups } from "../selection.js";

const GROUPS = GROUP_IDS.map(
  (id) => ({ delay: `DLY${id}`, source: `DOL${id}`, value: `DO${id}`, target: `LNK${id}` }) as const,
);

const fields = {
  VAL: long({ pp: true, asl: 0, prompt: "Used to trigger" }),
  SELM: menu(menuSelect("seqSELM"), { interest: 1, prompt: "Select Mechanism" }),
  SELN: ushort({ initial: "1", interest: 1, prompt: "Link Selection" }),
  SELL: inLink({ interest: 1, prompt: "Link Selection Loc" }),
  OFFS: short({ initial: "0", interest: 1, prompt: "Offset for Specified" }),
  SHFT: short({ initial: "-1", interest: 1, prompt: "Shift for Mask mode" }),
  OLDN: ushort({ interest: 4, prompt: "Old Selection" }),
  PREC: short({ interest: 1, prompt: "Display Precision" }),
  ...fieldsNamed(
    GROUPS.map(({ delay }) => delay),
    (_name, index) => double({ interest: 1, prompt: `Delay ${index}` }),
  ),
  ...fieldsNamed(
    GROUPS.map(({ source }) => source),
    (
      _name,
      index, // The prompt of DOL1 lacks its space.
    ) => inLink({ interest: 1, prompt: index === 1 ? "Input link1" : `Input link ${index}` }),
  ),
  ...fieldsNamed(
    GROUPS.map(({ value }) => value),
    (_name, index) => double({ interest: 1, prompt: `Value ${index}` }),
  ),
  ...fieldsNamed(
    GROUPS.map(({ target }) => target),
    (_name, index) => outLink({ interest: 1, prompt: `Output Link ${index}` }),
  ),
};

type Seq = RecordOf<typeof fields>;
type Group = (typeof GROUPS)[number];

const DELAY_PRECISION = 2;

/** The groups that SELM asks for and that have anything to do. */
function groupsToRun(record: Seq, io: RecordIo<Seq>): readonly Group[] {
  const selected = selectedGroups(record);
  if (selected === undefined) io.setSevr(Status.SOFT, Severity.INVALID);
  return GROUPS.filter(
    ({ source, target }, index) =>
      ((selected ?? 0) >> index) & 1 && !(record[source].isConstant && record[target].isConstant),
  );
}

/** Each group reads its source when its turn comes, after its delay. */
async function runGroups(record: Seq, io: RecordIo<Seq>, groups: readonly Group[]): Promise<void> {
  for (const { delay, source, value, target } of groups) {
    await io.delay(Math.max(0, record[delay]));
    const before = record[value];
    io.readLink(source, value);
    io.timestamp();
    if (!record[target].isConstant) io.writeLink(target, record[value], "DOUBLE");
    if (before !== record[value]) io.post(value, EventMask.VALUE | EventMask.LOG);
  }
}

/** Writes up to sixteen values one after the other, with delays. */
export const seq = defineRecordType("seq", fields, {
  prepare(record, io) {
    io.loadConstant("SELL", "SELN");
    for (const { source, value } of GROUPS) io.loadConstant(source, value);
    record.OLDN = record.SELN;
  },
  process(record, io) {
    if (record.SELM !== 0) io.readLink("SELL", "SELN");
    const groups = groupsToRun(record, io);
    return groups.length === 0 ? undefined : runGroups(record, io, groups);
  },
  complete(record, io) {
    record.UDF = 0;
    io.timestamp();
    const mask = io.resetAlarms();
    io.post("VAL", mask);
    if (record.SELN === record.OLDN) return;
    io.post("SELN", mask | EventMask.VALUE | EventMask.LOG);
    record.OLDN = record.SELN;
  },
  properties(record, field, io) {
    if (field.startsWith("DLY")) return { units: "s", precision: DELAY_PRECISION };
    const source = GROUPS.find(({ value }) => value === field)?.source;
    const properties = source === undefined ? undefined : io.linkProperties(source);
    return linkedProperties(properties, sensiblePrecision(record.PREC));
  },
});
