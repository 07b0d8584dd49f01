import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { truncateString } from "../../../src/channel/convert.js";
import type { Value } from "../../../src/channel/dbf.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { freePort } from "../../support/freePorts.js";
import { interopPython } from "../../support/python.js";

/**
 * Both IOCs have two functions for sub and aSub records: `add` makes VAL = A + B with status C, `double` makes VALA = 2 A
 * of three elements with status B.
 */

/**
 * What is done to an IOC: a put of text as dbpf does it (answers whether it was taken), a get as text, a field's
 * type and size, or a moment for what goes on by itself.
 */
export type Step =
  | readonly ["put", pv: string, value: string]
  | readonly ["get", pv: string]
  | readonly ["type", pv: string]
  | readonly ["settle"];

export type Answer = string | boolean | readonly [type: string, elements: number] | null;

/** Base's own IOC in a process, driven through its database access. */
const PROGRAM = `
import ctypes, json, os, sys, time
answer_to = os.dup(1)
os.dup2(2, 1)
from softioc import softioc
from epicscorelibs.ioc import dbCore

TYPES = ["STRING", "CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "INT64", "UINT64", "FLOAT", "DOUBLE", "ENUM"]

class Address(ctypes.Structure):
    _fields_ = [("record", ctypes.c_void_p), ("field", ctypes.c_void_p), ("description", ctypes.c_void_p),
                ("elements", ctypes.c_long), ("field_type", ctypes.c_short), ("size", ctypes.c_short),
                ("special", ctypes.c_short), ("dbr_type", ctypes.c_short), ("spare", ctypes.c_char * 64)]

def address(name):
    found = Address()
    return found if dbCore.dbNameToAddr(name.encode(), ctypes.byref(found)) == 0 else None

def put(name, value):
    target = address(name)
    if target is None: return None
    return dbCore.dbPutField(ctypes.byref(target), 0, ctypes.create_string_buffer(value.encode(), 1024), 1) == 0

def get(name):
    source = address(name)
    if source is None: return None
    count, options, buffer = ctypes.c_long(1), ctypes.c_long(0), ctypes.create_string_buffer(64)
    status = dbCore.dbGetField(ctypes.byref(source), 0, buffer, ctypes.byref(options), ctypes.byref(count), None)
    return buffer.value.decode() if status == 0 else None

def kind(name):
    target = address(name)
    if target is None or target.dbr_type >= len(TYPES): return None
    return [TYPES[target.dbr_type], target.elements]

DOUBLE, LONG = ctypes.c_double, ctypes.c_int32

def cell(record, field, kind):
    return ctypes.cast(address(ctypes.string_at(record).decode() + "." + field).field, ctypes.POINTER(kind))

def add(record):
    cell(record, "VAL", DOUBLE)[0] = cell(record, "A", DOUBLE)[0] + cell(record, "B", DOUBLE)[0]
    return int(cell(record, "C", DOUBLE)[0])

def double(record):
    for index in range(3): cell(record, "VALA", DOUBLE)[index] = 2 * cell(record, "A", DOUBLE)[index]
    return int(cell(record, "B", DOUBLE)[0])

FUNCTION = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
functions = {b"add": FUNCTION(add), b"double": FUNCTION(double)}
dbCore.registryFunctionAdd.argtypes = [ctypes.c_char_p, FUNCTION]
for name, function in functions.items(): dbCore.registryFunctionAdd(name, function)

request = json.load(sys.stdin)
softioc.dbLoadDatabase(request["database"])
softioc.iocInit(lambda *arguments: None, False)
time.sleep(0.3)
answers = []
for name, *arguments in request["steps"]:
    if name == "settle": time.sleep(0.3)
    answers.append({"put": put, "get": get, "type": kind, "settle": lambda: True}[name](*arguments))
os.write(answer_to, json.dumps(answers).encode())
os._exit(0)
`;

const quiet = {
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
};

async function askReference(database: string, steps: readonly Step[]): Promise<Answer[]> {
  if (interopPython === undefined) throw new Error("the Python interop environment is absent");
  const env = { ...process.env, ...quiet, EPICS_CA_SERVER_PORT: String(await freePort()) };
  const child = spawn(interopPython, ["-u", "-c", PROGRAM], { env });
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(JSON.stringify({ database, steps }));
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(`the reference IOC gave no answer:\n${errors.slice(-2000)}`);
  }
}

async function askOurs(database: string, steps: readonly Step[]): Promise<Answer[]> {
  const engine = new RecordEngine();
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
  engine.iocInit();
  await delay(50);
  const answers: Answer[] = [];
  for (const step of steps) answers.push(await answer(engine, step));
  engine.stop();
  return answers;
}

const numbers = (value: Value): Float64Array => (value instanceof Float64Array ? value : new Float64Array(0));

async function answer(engine: RecordEngine, step: Step): Promise<Answer> {
  if (step[0] === "settle") {
    await delay(300);
    return true;
  }
  const [action, pv] = step;
  if (action === "put") return engine.has(pv) ? engine.put(pv, step[2]).ok : null;
  const channel = engine.open(pv);
  if (channel === undefined) return null;
  if (action === "type") return [channel.fieldType, channel.elementCount];
  // The reference is read as DBR_STRING.
  const text = truncateString(engine.getString(pv));
  return channel.elementCount > 1 ? (text.split(",")[0] ?? "") : text;
}

export interface Compared {
  readonly step: Step;
  readonly reference: Answer;
  readonly ours: Answer;
}

/** Does the same to Base's IOC and to ours, both with the same database text; answers side by side. */
export async function compare(databaseText: string, steps: readonly Step[]): Promise<Compared[]> {
  const folder = mkdtempSync(join(tmpdir(), "tomoioc-records-"));
  const database = join(folder, "test.db");
  writeFileSync(database, databaseText);
  try {
    const [reference, ours] = await Promise.all([askReference(database, steps), askOurs(database, steps)]);
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
