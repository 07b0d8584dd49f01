import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { fieldsNamed } from "../fieldGroups.js";
import { double, inLink, long, menu, outLink, short, string, ushort } from "../fieldSpec.js";
import { defineMenu } from "../menu.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";
import { menuSelect } from "../selection.js";

const sseqWAIT = defineMenu("sseqWAIT", {
  NoWait: "NoWait",
  Wait: "Wait",
  After1: "After1",
  After2: "After2",
  After3: "After3",
  After4: "After4",
  After5: "After5",
  After6: "After6",
  After7: "After7",
  After8: "After8",
  After9: "After9",
  AfterA: "AfterA",
});

const sseqLNKV = defineMenu("sseqLNKV", {
  disconnected: "Ext PV NC",
  connected: "Ext PV OK",
  local: "Local PV",
  constant: "Constant",
});

/** How many choices of WAIT come before the one that waits for step 1. */
const FIRST_AFTER = 2;

const STEPS = (["1", "2", "3", "4", "5", "6", "7", "8", "9", "A"] as const).map(
  (id) =>
    ({
      delay: `DLY${id}`,
      source: `DOL${id}`,
      number: `DO${id}`,
      text: `STR${id}`,
      target: `LNK${id}`,
      wait: `WAIT${id}`,
      waiting: `WTG${id}`,
      waitFailed: `WERR${id}`,
      sourceType: `DT${id}`,
      targetType: `LT${id}`,
      index: `IX${id}`,
      sourceState: `DOL${id}V`,
      targetState: `LNK${id}V`,
    }) as const,
);

type Step = (typeof STEPS)[number];

const ALL_STEPS = 2 ** STEPS.length - 1;
const hidden = { special: "nomod", interest: 1 } as const;
const changeable = { special: "mod", interest: 1 } as const;

const named = <const K extends keyof Step>(key: K): readonly Step[K][] => STEPS.map((step) => step[key]);

const fields = {
  VAL: long({ pp: true, asl: 0, prompt: "Used to trigger" }),
  SELM: menu(menuSelect("sseqSELM"), { interest: 1, prompt: "Select Mechanism" }),
  SELN: ushort({ initial: "1", interest: 1, prompt: "Link Selection" }),
  SELL: inLink({ interest: 1, prompt: "Link Selection Loc" }),
  PREC: short({ interest: 1, prompt: "Display Precision" }),
  ...fieldsNamed(named("delay"), (_, index) => double({ ...changeable, prompt: `Delay ${index + 1}` })),
  ...fieldsNamed(named("source"), (_, index) => inLink({ ...changeable, prompt: `Input link ${index + 1}` })),
  ...fieldsNamed(named("number"), (_, index) =>
    double({ ...changeable, prompt: `Constant input ${index + 1}` }),
  ),
  ...fieldsNamed(named("target"), (_, index) =>
    outLink({ ...changeable, prompt: `Output Link ${index + 1}` }),
  ),
  ...fieldsNamed(named("text"), (name) =>
    string(40, { special: "mod", interest: 4, prompt: `String value ${name.slice(-1)}` }),
  ),
  ...fieldsNamed(named("sourceType"), () =>
    short({ special: "nomod", interest: 4, prompt: "DOL link type" }),
  ),
  ...fieldsNamed(named("targetType"), () =>
    short({ special: "nomod", interest: 4, prompt: "LNK link type" }),
  ),
  ...fieldsNamed(named("wait"), () => menu(sseqWAIT, { ...changeable, prompt: "Wait for completion?" })),
  ...fieldsNamed(named("waitFailed"), () => short(hidden)),
  ...fieldsNamed(named("waiting"), () => short(hidden)),
  ...fieldsNamed(named("index"), (_, index) =>
    short({ special: "nomod", interest: 2, initial: String(index) }),
  ),
  ...fieldsNamed(named("sourceState"), () =>
    menu(sseqLNKV, { ...hidden, initial: "1", prompt: "DOL LINK Status" }),
  ),
  ...fieldsNamed(named("targetState"), () =>
    menu(sseqLNKV, { ...hidden, initial: "1", prompt: "LNK LINK Status" }),
  ),
  ABORT: short({ ...changeable, prompt: "Abort sequence" }),
  ABORTING: short({ ...changeable, prompt: "Aborting" }),
  BUSY: short({ ...hidden, prompt: "Sequence active" }),
};

type Sseq = RecordOf<typeof fields>;
type Io = RecordIo<Sseq>;

function set(record: Sseq, io: Io, field: "BUSY" | "ABORTING" | Step["waiting"], value: number): void {
  if (record[field] === value) return;
  record[field] = value;
  io.post(field, EventMask.VALUE | EventMask.LOG);
}

/** The steps that SELM and SELN ask for, the first at SELN 1; those without links have nothing to do. */
function stepsToRun(record: Sseq, io: Io): readonly Step[] {
  const selected = selectedSteps(record);
  if (selected === undefined) io.setSevr(Status.SOFT, Severity.INVALID);
  return STEPS.filter(
    ({ source, target }, index) =>
      ((selected ?? 0) >> index) & 1 && !(record[source].isConstant && record[target].isConstant),
  );
}

function selectedSteps({ SELM, SELN }: Sseq): number | undefined {
  if (SELM === 0) return ALL_STEPS;
  if (SELM === 1) return SELN > STEPS.length ? undefined : SELN === 0 ? 0 : 1 << (SELN - 1);
  return SELN & ALL_STEPS;
}

/** Reads the step's source as text or number, and keeps both. */
function fetch(record: Sseq, io: Io, { source, number, text }: Step): void {
  if (record[source].isConstant) return;
  if (record[source].target.type === "STRING") {
    if (io.readLink(source, text)) record[number] = Number.parseFloat(record[text]) || 0;
  } else if (io.readLink(source, number)) {
    record[text] = record[number].toFixed(Math.max(0, record.PREC));
  }
  io.post(number, EventMask.VALUE | EventMask.LOG);
  io.post(text, EventMask.VALUE | EventMask.LOG);
}

const wantsText = (record: Sseq, { target }: Step): boolean => record[target].target.type === "STRING";

/** Writes the step's value; the promise settles when what it started has finished. */
async function deliver(record: Sseq, io: Io, step: Step): Promise<void> {
  const { target, number, text, wait, waiting } = step;
  if (record[target].isConstant) return;
  const value = wantsText(record, step) ? record[text] : record[number];
  const type = wantsText(record, step) ? "STRING" : "DOUBLE";
  if (record[wait] === sseqWAIT.NoWait) {
    io.writeLink(target, value, type);
    return;
  }
  set(record, io, waiting, 1);
  await record[target].target.writeNotify(value, type);
  set(record, io, waiting, 0);
}

/** One step after the other; a step that is waited for holds up those behind the step that WAIT names. */
async function runSteps(record: Sseq, io: Io, steps: readonly Step[]): Promise<void> {
  const pending: { until: number; done: Promise<void> }[] = [];
  for (const step of steps) {
    const position = STEPS.indexOf(step);
    await Promise.all(pending.filter(({ until }) => until < position).map(({ done }) => done));
    await io.delay(Math.max(0, record[step.delay]));
    if (record.ABORTING !== 0) break;
    fetch(record, io, step);
    io.timestamp();
    const done = deliver(record, io, step);
    const choice = record[step.wait];
    const until = choice < FIRST_AFTER ? position : choice - FIRST_AFTER;
    if (choice !== sseqWAIT.NoWait) pending.push({ until, done });
  }
  if (record.ABORTING === 0) await Promise.all(pending.map(({ done }) => done));
}

function updateLinkStates(record: Sseq, io: Io): void {
  for (const { source, sourceState, target, targetState } of STEPS) {
    record[sourceState] = sseqLNKV[io.linkState(source)];
    record[targetState] = sseqLNKV[io.linkState(target)];
  }
}

/** synApps' string sequence: writes up to ten numbers or texts one after the other, waiting where asked to. */
export const sseq = defineRecordType("sseq", fields, {
  prepare(_record, io) {
    io.loadConstant("SELL", "SELN");
    for (const { source, number, text } of STEPS) {
      io.loadConstant(source, number);
      io.loadConstant(source, text);
    }
  },
  init: updateLinkStates,
  process(record, io) {
    updateLinkStates(record, io);
    if (record.SELM !== 0) io.readLink("SELL", "SELN");
    const steps = stepsToRun(record, io);
    if (steps.length === 0) return undefined;
    set(record, io, "BUSY", 1);
    return runSteps(record, io, steps);
  },
  complete(record, io) {
    record.UDF = 0;
    record.ABORT = 0;
    io.timestamp();
    set(record, io, "ABORTING", 0);
    set(record, io, "BUSY", 0);
    io.post("VAL", io.resetAlarms());
  },
  afterPut(record, io, field) {
    if (field === "ABORT" && record.ABORT !== 0 && record.BUSY !== 0) set(record, io, "ABORTING", 1);
    const step = STEPS.find(({ number, text }) => number === field || text === field);
    if (step === undefined) return undefined;
    if (field === step.number) record[step.text] = record[step.number].toFixed(Math.max(0, record.PREC));
    else record[step.number] = Number.parseFloat(record[step.text]) || 0;
    return undefined;
  },
  properties: (record, field) =>
    field.startsWith("DLY") ? { units: "s", precision: 2 } : { precision: record.PREC },
});
