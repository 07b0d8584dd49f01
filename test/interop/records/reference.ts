import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { truncateString } from "../../../src/channel/convert.js";
import {
  type DbfType,
  emptyArray,
  isArrayValue,
  type ScalarValue,
  type Value,
} from "../../../src/channel/dbf.js";
import {
  type Channel,
  firstSample,
  type Limits,
  type Properties,
  type Sample,
} from "../../../src/channel/provider.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { PvaClient, PvaServer } from "../../../src/pva/index.js";
import { parseFieldName } from "../../../src/records/channelName.js";
import { RecordEngine } from "../../../src/records/index.js";
import { freePort } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { interopPython } from "../../support/python.js";

/**
 * Both IOCs have two functions for sub and aSub records: `add` makes VAL = A + B with status C, `double` makes VALA = 2 A
 * of three elements with status B.
 */

/** One element of a value in JSON: wide integers are decimal strings; NaN, Infinity and -Infinity are spelled. */
export type Element = number | string;

/**
 * What is done to an IOC: a put of text (answers whether it was taken) or of elements of a type, a get of the first
 * element as text, a read of all elements through the channel's filters, processing without a put, a channel's type with
 * its size and whether clients may write, a monitor and what it has heard since the last look, a dbState, a moment for
 * what goes on by itself, `idle` for what needs no time (in a database with the record IDLE), or the watched fields that
 * changed since the last time they were asked for.
 */
export type Step =
  | readonly ["put", pv: string, value: string]
  | readonly ["putAs", pv: string, type: DbfType, elements: readonly Element[]]
  | readonly ["get", pv: string]
  | readonly ["read", pv: string]
  | readonly ["process", pv: string]
  | readonly ["type", pv: string]
  | readonly ["monitor", pv: string, mask: number]
  | readonly ["events", pv: string]
  | readonly ["state", name: string, on: boolean]
  | readonly ["metadata", pv: string]
  | readonly ["settle"]
  | readonly ["idle"]
  | readonly ["changes"];

/** A field's type, the most elements it can have, whether clients may write. */
export type FieldKind = readonly [type: string, elements: number, writable: boolean];

/** What watched fields changed to: their elements, and a scalar's text where it has one. */
export type Changes = Readonly<
  Record<string, readonly [elements: readonly Element[] | null, text: string | null]>
>;

/** Null where there is no such field. */
export type Answer =
  | string
  | boolean
  | readonly Element[]
  | readonly (readonly Element[])[]
  | readonly (Element | null)[]
  | FieldKind
  | Changes
  | null;

/** Base's own IOC in a process, driven through its database access. */
const PROGRAM = join(repositoryRoot, "test", "interop", "records", "referenceIoc.py");

const quiet = {
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
};

/** A pvAccess server on the loopback interface that the process's own client finds. */
const pvaEnvironment = (port: number) => ({
  EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_PVAS_SERVER_PORT: String(port),
  EPICS_PVA_NAME_SERVERS: `127.0.0.1:${port}`,
  EPICS_PVA_ADDR_LIST: "",
  EPICS_PVA_AUTO_ADDR_LIST: "NO",
  EPICS_PVAS_AUTO_BEACON_ADDR_LIST: "NO",
  PVXS_QSRV_ENABLE: "YES",
});

interface Question {
  /** The path of a .db file. */
  readonly database: string;
  readonly steps: readonly Step[];
  readonly watched: readonly string[];
  /** Both serve their records by pvAccess and follow links through it. */
  readonly pva?: boolean;
}

async function askReference(question: Question): Promise<Answer[]> {
  if (interopPython === undefined) throw new Error("the Python interop environment is absent");
  const ports = { EPICS_CA_SERVER_PORT: String(await freePort()), ...pvaEnvironment(await freePort()) };
  const env = { ...process.env, ...quiet, ...ports };
  const child = spawn(interopPython, [PROGRAM], { env });
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(JSON.stringify(question));
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(`the reference IOC gave no answer:\n${errors.slice(-2000)}`);
  }
}

/** Does the steps to an engine of ours with the records of a database file. */
export async function askOurs({ database, steps, watched, pva }: Question): Promise<Answer[]> {
  const network = pva === true ? await openPva() : undefined;
  const engine = new RecordEngine(network === undefined ? {} : { pvaClient: network.client });
  engine.registerFunction("add", (record) => {
    record.setField("VAL", Number(record.getField("A")) + Number(record.getField("B")));
    return Math.trunc(Number(record.getField("C")));
  });
  engine.registerFunction("double", (record) => {
    const doubled = new Float64Array(3);
    doubled.set(numbers(record.getField("A")).map((value) => value * 2));
    record.setField("VALA", doubled);
    return Math.trunc(numbers(record.getField("B"))[0] ?? 0);
  });
  const { definition, problems } = loadDatabaseFile(database, {}, { catalog: engine.catalog });
  const wrong = [...problems, ...engine.load(definition)];
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join("\n"));
  await network?.serve(engine);
  engine.iocInit();
  await delay(network === undefined ? 50 : 500);
  const answers: Answer[] = [];
  const monitors: Monitors = new Map();
  const watch = new Watch(engine, watched);
  for (const step of steps)
    answers.push(step[0] === "changes" ? watch.changes() : await answer(engine, monitors, step));
  engine.stop();
  await network?.close();
  return answers;
}

/** A pvAccess client that finds the server which comes with the records. */
async function openPva() {
  const environment = pvaEnvironment(await freePort());
  let client: PvaClient | undefined;
  let server: PvaServer | undefined;
  return {
    client: {
      connect(name: string) {
        client ??= new PvaClient({ environment });
        return client.connect(name);
      },
    },
    async serve(engine: RecordEngine) {
      server = new PvaServer({ providers: [engine], environment, beacons: false });
      await server.start();
    },
    async close() {
      client?.close();
      await server?.stop();
    },
  };
}

const numbers = (value: Value): Float64Array => (value instanceof Float64Array ? value : new Float64Array(0));

/** What monitors have heard since the last look, by channel name. */
type Monitors = Map<string, Element[][]>;

/** More turns of the event loop than anything needs that needs no time. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
}

/** Tells which fields changed. */
class Watch {
  readonly #channels: { readonly channel: Channel; before: string }[];

  constructor(
    private readonly engine: RecordEngine,
    names: readonly string[],
  ) {
    this.#channels = names.flatMap((name) => {
      const channel = engine.open(name);
      return channel === undefined ? [] : [{ channel, before: "" }];
    });
  }

  changes(): Changes {
    const found: [string, Changes[string]][] = [];
    for (const watched of this.#channels) {
      const { channel, before } = watched;
      const elements = elementsOf(channel.read().value);
      watched.before = JSON.stringify(elements);
      if (watched.before !== before)
        found.push([
          channel.name,
          [elements, channel.elementCount === 1 ? firstAsText(this.engine, channel) : null],
        ]);
    }
    return Object.fromEntries(found);
  }
}

async function answer(
  engine: RecordEngine,
  monitors: Monitors,
  step: Exclude<Step, readonly ["changes"]>,
): Promise<Answer> {
  if (step[0] === "settle" || step[0] === "idle") {
    await (step[0] === "settle" ? delay(300) : idle());
    return true;
  }
  if (step[0] === "state") {
    engine.states.create(step[1]);
    return engine.states.set(step[1], step[2]);
  }
  if (step[0] === "events") return monitors.get(step[1])?.splice(0) ?? null;
  const [action, pv] = step;
  const channel = engine.open(pv);
  if (channel === undefined) return null;
  switch (action) {
    case "put":
      return engine.put(pv, step[2]).ok;
    case "putAs":
      return channel.write({ type: step[2], value: valueFrom(step[2], step[3]) }).ok;
    case "metadata":
      return metadataOf(channel.properties());
    case "monitor":
      monitors.set(pv, listenTo(channel, step[2]));
      return true;
    case "process":
      engine.instance(parseFieldName(pv).record)?.process();
      return true;
    case "type":
      return [channel.fieldType, channel.elementCount, channel.access.write];
    case "read":
      return elementsOf(channel.read().value);
    case "get":
      return firstAsText(engine, channel);
  }
}

/** As `metadata` of the reference: units, precision, limits; null for what a field does not have. */
function metadataOf({ units, precision, display, control, warning, alarm }: Properties) {
  const pair = (limits: Limits | undefined, absent: number | null) =>
    [limits?.low ?? absent, limits?.high ?? absent].map((limit) =>
      limit === null ? null : elementOf(limit),
    );
  const ranges = [display, control].flatMap((each) => pair(each, null));
  // Without alarm limits clients see NaN.
  const alarms = [warning, alarm].flatMap((each) => pair(each, Number.NaN));
  return [units ?? "", precision ?? 0, ...ranges, ...alarms];
}

function listenTo(channel: Channel, mask: number): Element[][] {
  const heard: Element[][] = [];
  const hear = ({ value }: Sample): void => void heard.push(elementsOf(value));
  channel.subscribe(mask, ({ sample }) => hear(sample));
  const first = firstSample(channel, mask);
  if (first !== undefined) hear(first);
  return heard;
}

function valueFrom(type: DbfType, elements: readonly Element[]): Value {
  const texts = elements.map(String);
  if (type === "STRING") return texts.length === 1 ? (texts[0] ?? "") : texts;
  const array = emptyArray(type, elements.length);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array.set(texts.map(BigInt));
  else if (ArrayBuffer.isView(array)) array.set(elements.map(Number));
  return elements.length === 1 ? (array[0] ?? 0) : array;
}

const elementOf = (element: ScalarValue): Element =>
  typeof element === "number" && Number.isFinite(element) ? element : truncateString(String(element));

const elementsOf = (value: Value): Element[] => [...(isArrayValue(value) ? value : [value])].map(elementOf);

/** The reference is read as DBR_STRING. */
function firstAsText(engine: RecordEngine, { name, elementCount, fieldType }: Channel): string {
  const value = engine.get(name);
  // Of the text that an array of CHAR holds, its first number.
  if (isArrayValue(value) && (fieldType === "CHAR" || fieldType === "UCHAR")) return String(value[0] ?? "");
  const text = truncateString(engine.getString(name));
  return elementCount > 1 ? (text.split(",")[0] ?? "") : text;
}

export interface Compared {
  readonly step: Step;
  readonly reference: Answer;
  readonly ours: Answer;
}

/** Does the same to Base's IOC and to ours, both with the same database text; answers side by side. */
export async function compare(
  databaseText: string,
  steps: readonly Step[],
  watched: readonly string[] = [],
  { pva = false }: { pva?: boolean } = {},
): Promise<Compared[]> {
  const folder = mkdtempSync(join(tmpdir(), "tomoioc-records-"));
  const database = join(folder, "test.db");
  writeFileSync(database, databaseText);
  try {
    const question = { database, steps, watched, pva };
    const [reference, ours] = await Promise.all([askReference(question), askOurs(question)]);
    return steps.map((step, index) => ({
      step,
      reference: reference[index] ?? null,
      ours: ours[index] ?? null,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The steps whose answers differ, each as one readable line. */
export const differences = (compared: readonly Compared[]): string[] =>
  compared
    .filter(({ reference, ours }) => JSON.stringify(reference) !== JSON.stringify(ours))
    .map(
      ({ step, reference, ours }) =>
        `${step.join(" ")}: Base ${JSON.stringify(reference)}, ours ${JSON.stringify(ours)}`,
    );
