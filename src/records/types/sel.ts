import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { LETTERS_TO_L } from "../argumentLetters.js";
import { deadbandMask } from "../deadband.js";
import {
  deadbands,
  fieldsNamed,
  limitAlarms,
  operatingRange,
  precision,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { double, inLink, menu, ushort } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { defineMenu } from "../menu.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const selSELM = defineMenu("selSELM", {
  Specified: "Specified",
  High: "High Signal",
  Low: "Low Signal",
  Median: "Median Signal",
});

const INPUTS = LETTERS_TO_L.map(
  (letter) => ({ value: letter, link: `INP${letter}`, last: `L${letter}` }) as const,
);

const fields = withPrompts(
  {
    VAL: double({ asl: 0, special: "nomod", prompt: "Result" }),
    SELM: menu(selSELM, { prompt: "Select Mechanism" }),
    SELN: ushort({ prompt: "Index value" }),
    NLST: ushort({ special: "nomod", interest: 3, prompt: "Last Index Monitored" }),
    NVL: inLink({ interest: 1, prompt: "Index Value Location" }),
    ...precision,
    ...fieldsNamed(
      INPUTS.map(({ link }) => link),
      (name) => inLink({ interest: 1, prompt: `Input ${name.slice(-1)}` }),
    ),
    ...fieldsNamed(LETTERS_TO_L, (name) => double({ pp: true, prompt: `Value of Input ${name}` })),
    ...fieldsNamed(
      INPUTS.map(({ last }) => last),
      (name) => double({ special: "nomod", interest: 3, prompt: `Prev Value of ${name.slice(-1)}` }),
    ),
    ...units,
    ...operatingRange(double),
    ...limitAlarms(double),
    ...deadbands(double),
  },
  { HOPR: "High Operating Rng" },
);

type Sel = RecordOf<typeof fields>;
type Io = RecordIo<Sel>;

const onScale = scaleFields(...INPUTS.flatMap(({ value, last }) => [value, last]));
const inUnits = fieldsLikeValue(fields);

/** Only the specified input is read; the other mechanisms need them all. False when there is nothing to select from. */
function fetchInputs(record: Sel, io: Io): boolean {
  if (record.SELM !== selSELM.Specified)
    return INPUTS.map(({ link, value }) => io.readLink(link, value)).at(-1) ?? true;
  if (!io.readLink("NVL", "SELN")) return false;
  const input = INPUTS[record.SELN];
  return input === undefined || io.readLink(input.link, input.value);
}

/** The value that the mechanism chooses, with SELN set accordingly; inputs that are NaN do not count. */
function select(record: Sel): number | undefined {
  const values = LETTERS_TO_L.map((letter) => record[letter]);
  switch (record.SELM) {
    case selSELM.Specified:
      return values[record.SELN];
    case selSELM.High:
      return extreme(record, values, (value, best) => value > best, Number.NEGATIVE_INFINITY);
    case selSELM.Low:
      return extreme(record, values, (value, best) => value < best, Number.POSITIVE_INFINITY);
    default: {
      const good = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
      record.SELN = good.length;
      return good[Math.floor(good.length / 2)] ?? Number.NaN;
    }
  }
}

function extreme(
  record: Sel,
  values: readonly number[],
  isBetter: (value: number, best: number) => boolean,
  start: number,
): number {
  let best = start;
  values.forEach((value, index) => {
    if (!isBetter(value, best)) return;
    best = value;
    record.SELN = index;
  });
  return best;
}

/** One of twelve values: a specified one, the highest, the lowest or the median. */
export const sel = defineRecordType("sel", fields, {
  prepare(record, io) {
    io.loadConstant("NVL", "SELN");
    for (const { link, value } of INPUTS) {
      record[value] = Number.NaN;
      io.loadConstant(link, value);
    }
  },
  process(record, io) {
    if (!fetchInputs(record, io)) return undefined;
    const value = select(record);
    if (value === undefined) {
      io.setSevr(Status.SOFT, Severity.INVALID);
    } else {
      record.VAL = value;
      record.UDF = Number.isNaN(value) ? 1 : 0;
    }
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    checkLimitAlarms(record, io);
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postInputs(record, io, mask | EventMask.VALUE | EventMask.LOG);
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits }),
});

function postInputs(record: Sel, io: Io, mask: number): void {
  if (record.NLST !== record.SELN) {
    record.NLST = record.SELN;
    io.post("SELN", mask);
  }
  for (const { value, last } of INPUTS) {
    if (record[value] === record[last]) continue;
    io.post(value, mask);
    record[last] = record[value];
  }
}
