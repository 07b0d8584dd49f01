import { Severity, Status } from "../../channel/alarm.js";
import { convertValue, truncateString } from "../../channel/convert.js";
import { type DbfType, MAX_STRING_SIZE, type TypedValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { charsToText, textToChars } from "../../channel/text.js";
import { readDouble } from "../../libcom/parseNumber.js";
import { fieldsNamed } from "../fieldGroups.js";
import { double, inLink, long, menu, outLink, short, string, ushort } from "../fieldSpec.js";
import { menuLinkState } from "../linkStates.js";
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

const sseqLNKV = menuLinkState("sseqLNKV");

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
  io.post(field, EventMask.VALUE);
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

const CHANGE = EventMask.VALUE | EventMask.LOG;

/** The number as text, and the text as number: each follows a change of the other. */
const textOf = (record: Sseq, number: number): string => {
  const text = convertValue(number, "DOUBLE", "STRING", { precision: record.PREC });
  return text.ok ? String(text.value) : "";
};
const numberOf = (text: string): number => readDouble(text)?.value ?? 0;

function setText(record: Sseq, io: Io, { text }: Step, value: string, mask: number): void {
  if (record[text] === value) return;
  record[text] = value;
  io.post(text, mask);
}

function setNumber(record: Sseq, io: Io, { number }: Step, value: number, mask: number): void {
  if (record[number] === value) return;
  record[number] = value;
  io.post(number, mask);
}

const holdsText = (type: DbfType): boolean => type === "STRING" || type === "ENUM";
const holdsCharacters = (type: DbfType): boolean => type === "CHAR" || type === "UCHAR";

/** Reads the step's source as text or number, and keeps both. */
function fetch(record: Sseq, io: Io, step: Step): void {
  const { source, number, text } = step;
  if (record[source].isConstant) return;
  const { type } = record[source].target;
  if (holdsText(type) || holdsCharacters(type)) {
    const before = record[text];
    const read = holdsText(type) ? undefined : io.readLinkValue(source)?.value;
    if (holdsText(type)) io.readLink(source, text);
    else if (read instanceof Int8Array || read instanceof Uint8Array)
      record[text] = truncateString(charsToText(read));
    if (record[text] !== before) io.post(text, CHANGE);
    setNumber(record, io, step, numberOf(record[text]), EventMask.VALUE);
    return;
  }
  const before = record[number];
  io.readLink(source, number);
  if (record[number] !== before) io.post(number, CHANGE);
  setText(record, io, step, textOf(record, record[number]), EventMask.VALUE);
}

/** What the step's target gets. */
function outputOf(record: Sseq, { target, number, text }: Step): TypedValue {
  const { type, elementCount } = record[target].target;
  if (holdsText(type)) return { type: "STRING", value: record[text] };
  if (!holdsCharacters(type) || elementCount <= 1) return { type: "DOUBLE", value: record[number] };
  const characters = new Int8Array(Math.min(elementCount, MAX_STRING_SIZE));
  characters.set(textToChars(record[text]).subarray(0, characters.length));
  return { type: "CHAR", value: characters };
}

/** Only a put through Channel Access can be waited for. */
const waits = (record: Sseq, { target, wait }: Step): boolean =>
  record[wait] !== sseqWAIT.NoWait && record[target].target.kind === "ca";

/** Writes the step's value; the promise, where there is one, settles when what it started has finished. */
function deliver(record: Sseq, io: Io, step: Step): Promise<void> | undefined {
  const { target, waiting } = step;
  if (record[target].isConstant) return undefined;
  const { value, type } = outputOf(record, step);
  if (!waits(record, step)) {
    io.writeLink(target, value, type);
    return undefined;
  }
  set(record, io, waiting, 1);
  return record[target].target.writeNotify(value, type).then(() => set(record, io, waiting, 0));
}

/** A sequence under way, and who asks it to end: the first ABORT waits for what is under way, a second one does not. */
class Run {
  readonly aborted: Promise<void>;
  readonly forced: Promise<void>;
  abort: () => void = () => {};
  force: () => void = () => {};

  constructor() {
    this.aborted = new Promise((resolve) => {
      this.abort = resolve;
    });
    this.forced = new Promise((resolve) => {
      this.force = resolve;
    });
  }
}

const runs = new WeakMap<Sseq, Run>();

/** One step after the other; a step that is waited for holds up those behind the step that WAIT names. */
async function runSteps(record: Sseq, io: Io, steps: readonly Step[]): Promise<void> {
  const run = new Run();
  runs.set(record, run);
  const pending: { until: number; done: Promise<void> }[] = [];
  const settled = (those: readonly { done: Promise<void> }[]): Promise<unknown> =>
    Promise.race([Promise.all(those.map(({ done }) => done)), run.forced]);
  for (const step of steps) {
    const position = STEPS.indexOf(step);
    await settled(pending.filter(({ until }) => until < position));
    if (record.ABORTING !== 0) return;
    await Promise.race([io.delay(Math.max(0, record[step.delay])), run.aborted]);
    if (record.ABORTING !== 0) return;
    fetch(record, io, step);
    const done = deliver(record, io, step);
    const choice = record[step.wait];
    const until = choice < FIRST_AFTER ? position : choice - FIRST_AFTER;
    if (done !== undefined) pending.push({ until, done });
  }
  await settled(pending);
}

/** ABORT: ends the delay or waits for what has been started; pressed once more, it waits no longer. */
function abort(record: Sseq, io: Io): string | undefined {
  if (record.BUSY === 0) {
    record.ABORT = 0;
    io.post("BUSY", EventMask.VALUE);
    return "no sequence is under way";
  }
  const run = runs.get(record);
  if (record.ABORTING === 0) {
    set(record, io, "ABORTING", 1);
    run?.abort();
    return undefined;
  }
  for (const { waiting } of STEPS) set(record, io, waiting, 0);
  run?.force();
  return undefined;
}

function showLinkState(record: Sseq, io: Io, link: Step["source" | "target"], isNew: boolean): void {
  const field = `${link}V` as const;
  const value = isNew && io.isLocal(link) ? sseqLNKV.local : sseqLNKV[io.linkState(link)];
  if (record[field] === value) return;
  record[field] = value;
  io.post(field, EventMask.VALUE);
}

const LINKS = STEPS.flatMap(({ source, target }) => [source, target]);

/** Links that Channel Access carries come and go. */
function updateLinkStates(record: Sseq, io: Io): void {
  for (const link of LINKS)
    if (record[link].target.kind === "ca" && record[`${link}V`] !== sseqLNKV.local)
      showLinkState(record, io, link, false);
}

/** WERR shows that WAIT cannot be followed: the link does not go through Channel Access. */
function checkWait(record: Sseq, io: Io, { target, wait, waitFailed }: Step): void {
  const failed = record[wait] !== sseqWAIT.NoWait && record[target].target.kind === "db" ? 1 : 0;
  if (record[waitFailed] === failed) return;
  record[waitFailed] = failed;
  io.post(waitFailed, EventMask.VALUE);
}

/** synApps' string sequence: writes up to ten numbers or texts one after the other, waiting where asked to. */
export const sseq = defineRecordType("sseq", fields, {
  prepare(record, io) {
    io.loadConstant("SELL", "SELN");
    for (const { source, number, text } of STEPS) {
      io.loadConstant(source, number);
      io.loadConstant(source, text);
      if (record[text] === "") record[text] = textOf(record, record[number]);
      else record[number] = numberOf(record[text]);
    }
  },
  init(record, io) {
    for (const link of LINKS) showLinkState(record, io, link, false);
  },
  process(record, io) {
    updateLinkStates(record, io);
    if (record.SELM !== 0) io.readLink("SELL", "SELN");
    const steps = stepsToRun(record, io);
    set(record, io, "BUSY", 1);
    for (const { waiting } of STEPS) {
      record[waiting] = 0;
      io.post(waiting, EventMask.VALUE);
    }
    if (steps.length === 0) return undefined;
    return runSteps(record, io, steps);
  },
  complete(record, io) {
    runs.delete(record);
    record.UDF = 0;
    const mask = io.resetAlarms() | EventMask.VALUE;
    io.post("VAL", mask);
    if (record.ABORTING !== 0) {
      // A link that found the record active while it was aborted is not a wish to start again.
      record.RPRO = 0;
      record.ABORT = 0;
      record.ABORTING = 0;
      io.post("ABORT", mask);
      io.post("ABORTING", mask);
    }
    io.timestamp();
    record.BUSY = 0;
    io.post("BUSY", mask);
  },
  afterPut(record, io, field) {
    if (field === "ABORT") return abort(record, io);
    const link = LINKS.find((name) => name === field);
    if (link !== undefined) showLinkState(record, io, link, true);
    for (const step of STEPS) {
      if (field === step.number)
        setText(record, io, step, textOf(record, record[step.number]), EventMask.VALUE);
      else if (field === step.text) setNumber(record, io, step, numberOf(record[step.text]), EventMask.VALUE);
      else if (field === step.wait || field === step.target) checkWait(record, io, step);
    }
    return undefined;
  },
  properties: (record, field) =>
    field.startsWith("DLY") ? { units: "s", precision: 2 } : { precision: record.PREC },
});
