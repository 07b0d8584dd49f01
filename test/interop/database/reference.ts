import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadDatabaseFile, loadSubstitutionsFile } from "../../../src/database/index.js";
import { parseMacros } from "../../../src/libcom/macLib.js";
import { RecordEngine } from "../../../src/records/index.js";
import { Link } from "../../../src/records/links/link.js";
import { runPython } from "../../support/python.js";

/** What an IOC is asked to load, one after the other. */
export type Load = readonly ["dbLoadRecords" | "dbLoadTemplate", file: string, macros?: string];

/** Files by name, and the commands that load them. `dbLoadRecords("a.db")` where there are none. */
export interface LoadCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly loads?: readonly Load[];
  /** EPICS's integer variables, as `var dbRecordsOnceOnly 1` sets them. */
  readonly variables?: Readonly<Record<string, number>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One record: its type, what differs from a fresh record, its info tags and aliases. */
export interface LoadedRecord {
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly info: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
}

export interface Loaded {
  /** Nothing was wrong with any of the files. */
  readonly accepted: boolean;
  readonly records: Readonly<Record<string, LoadedRecord>>;
  /** What was said, for people. */
  readonly said: string;
}

/** Base's own static database library; each case runs in a fork of a process that has its record types. */
const PROGRAM = `
import ctypes, json, os, sys
answer_to = os.dup(1)
os.dup2(2, 1)
from softioc import softioc
from epicscorelibs.ioc import dbCore, pdbbase

class Entry(ctypes.Structure): _fields_ = [("spare", ctypes.c_char * 256)]
entry, alias_entry = Entry(), Entry()
for name in ("dbGetRecordTypeName", "dbGetRecordName", "dbGetFieldName", "dbGetString", "dbGetInfoName", "dbGetInfoString"):
    getattr(dbCore, name).restype = ctypes.c_char_p
dbCore.dbIsDefaultValue.restype = ctypes.c_int
here, there = ctypes.byref(entry), ctypes.byref(alias_entry)
text = lambda value: None if value is None else value.decode("utf-8", "replace")

def walk(first, following, read):
    status = first()
    while status == 0:
        yield read()
        status = following()

def record():
    fields = {}
    def field():
        name, value, is_link = text(dbCore.dbGetFieldName(here)), dbCore.dbGetString(here), 14 <= dbCore.dbGetFieldDbfType(here) <= 16
        if not value and is_link or dbCore.dbIsDefaultValue(here) and not is_link: return None
        return None if value is None or name == "NAME" or (name, value) == ("DTYP", b"Soft Channel") else (name, text(value))
    for found in walk(lambda: dbCore.dbFirstField(here, 0), lambda: dbCore.dbNextField(here, 0), field):
        if found is not None: fields[found[0]] = found[1]
    info = dict(walk(lambda: dbCore.dbFirstInfo(here), lambda: dbCore.dbNextInfo(here),
        lambda: (text(dbCore.dbGetInfoName(here)), text(dbCore.dbGetInfoString(here)))))
    return {"type": text(dbCore.dbGetRecordTypeName(here)), "fields": fields, "info": info, "aliases": []}

def database():
    records, aliases = {}, []
    dbCore.dbInitEntry(pdbbase, here)
    type_status = dbCore.dbFirstRecordType(here)
    while type_status == 0:
        status = dbCore.dbFirstRecord(here)
        while status == 0:
            name = text(dbCore.dbGetRecordName(here))
            if dbCore.dbIsAlias(here):
                dbCore.dbCopyEntryContents(here, there)
                dbCore.dbFollowAlias(there)
                aliases.append((text(dbCore.dbGetRecordName(there)), name))
            else: records[name] = record()
            status = dbCore.dbNextRecord(here)
        type_status = dbCore.dbNextRecordType(here)
    for target, alias in aliases: records[target]["aliases"].append(alias)
    for one in records.values(): one["aliases"].sort()
    return records

def answer(case, output):
    os.chdir(case["directory"])
    for name, value in case.get("environment", {}).items(): dbCore.epicsEnvSet(name.encode(), value.encode())
    for name, value in case.get("variables", {}).items(): ctypes.c_int.in_dll(dbCore, name).value = value
    statuses = [getattr(dbCore, load[0])(load[1].encode(), load[2].encode() if len(load) > 2 else None) for load in case["loads"]]
    os.write(output, json.dumps({"statuses": statuses, "records": database()}).encode())

for case in json.load(sys.stdin):
    with open(case["directory"] + "/.stderr", "wb") as errors:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(errors.fileno(), 1); os.dup2(errors.fileno(), 2)
            try: answer(case, writing)
            finally: os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as stream: got = stream.read()
        os.waitpid(child, 0)
    with open(case["directory"] + "/.stderr", "rb") as errors: said = errors.read().decode("utf-8", "replace")
    row = json.loads(got) if got else {"statuses": [-99], "records": {}}
    os.write(answer_to, (json.dumps({**row, "said": said}) + "\\n").encode())
os._exit(0)
`;

interface ReferenceRow {
  readonly statuses: readonly number[];
  readonly records: Readonly<Record<string, LoadedRecord>>;
  readonly said: string;
}

const loadsOf = (each: LoadCase): readonly Load[] => each.loads ?? [["dbLoadRecords", "a.db"]];

interface Placed extends LoadCase {
  readonly directory: string;
  readonly loads: readonly Load[];
}

const SAYS_ERROR = /error|Can't|does not have|unknown type|unexpanded macro/i;

/** Templates have no status of their own in Base: there what it prints tells. */
function fromReference({ statuses, records, said }: ReferenceRow, loadsTemplates: boolean): Loaded {
  const accepted = statuses.every((status) => status === 0) && !(loadsTemplates && SAYS_ERROR.test(said));
  return { accepted, records, said };
}

async function askReference(cases: readonly Placed[]): Promise<readonly Loaded[]> {
  const folder = mkdtempSync(join(tmpdir(), "tomoioc-static-"));
  const input = join(folder, "cases.json");
  writeFileSync(input, JSON.stringify(cases));
  try {
    const { stdout, stderr } = await runPython(`import sys\nsys.stdin = open(sys.argv[1])\n${PROGRAM}`, {
      args: [input],
    });
    const lines = stdout.split("\n").filter((line) => line !== "");
    if (lines.length !== cases.length)
      throw new Error(`the reference gave ${lines.length} answers\n${stderr.slice(-2000)}`);
    return lines.map((line, index) => {
      const loads = cases[index]?.loads ?? [];
      return fromReference(
        JSON.parse(line),
        loads.some(([command]) => command === "dbLoadTemplate"),
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A field of a record that is not running, as dbStatic shows it. */
function staticText(engine: RecordEngine, record: string, field: string): string {
  const instance = engine.instance(record);
  const value = instance?.fields[field];
  const spec = instance?.type.fields[field];
  if (value instanceof Link) return value.text;
  if (spec?.dbf === "MENU") return spec.menu?.choices[Number(value)] ?? String(value);
  if (spec?.dbf === "DEVICE") return instance?.deviceChoices[Number(value)] ?? String(value);
  return String(value);
}

function recordsOf(engine: RecordEngine): Record<string, LoadedRecord> {
  const fresh = new RecordEngine();
  const records: Record<string, LoadedRecord> = {};
  for (const name of engine.recordNames()) {
    const instance = engine.instance(name);
    if (instance === undefined) continue;
    const type = instance.type.name;
    const location = { file: "", line: 0 };
    const blank = { name: type, type, fields: new Map(), info: new Map(), aliases: [], location };
    if (fresh.instance(type) === undefined) fresh.load({ records: [blank], aliases: [] });
    const fields = Object.fromEntries(
      instance.type.fieldNames
        .filter((field) => field !== "NAME" && instance.type.fields[field]?.dbf !== "NOACCESS")
        .map((field) => [field, staticText(engine, name, field)])
        .filter(([field, text]) => text !== staticText(fresh, type, field ?? "")),
    );
    const aliases = [...engine.aliases()].filter(({ record }) => record === name).map(({ alias }) => alias);
    const info = Object.fromEntries(instance.infoTags);
    records[name] = { type, fields, info, aliases: aliases.sort() };
  }
  return records;
}

function askOurs(each: Placed): Loaded {
  const before = process.cwd();
  process.chdir(each.directory);
  try {
    return loadHere(each);
  } finally {
    process.chdir(before);
  }
}

function loadHere(each: Placed): Loaded {
  const engine = new RecordEngine();
  const said: string[] = [];
  const environment = { ...each.environment };
  const { variables } = each;
  const options = { catalog: engine.catalog, environment, variables };
  let accepted = true;
  for (const [command, file, macros = ""] of each.loads) {
    const read = command === "dbLoadTemplate" ? loadSubstitutionsFile : loadDatabaseFile;
    const { definition, problems, warnings } = read(file, parseMacros(macros), options);
    const all = [...problems, ...engine.load(definition, variables)];
    accepted &&= all.every(({ isWarning }) => isWarning);
    said.push(...all.map(({ message }) => message), ...warnings);
  }
  return { accepted, records: recordsOf(engine), said: said.join("\n") };
}

/** Loads the same files here and in EPICS Base. */
export async function compareLoads(
  cases: readonly LoadCase[],
): Promise<{ reference: Loaded; ours: Loaded }[]> {
  const root = mkdtempSync(join(tmpdir(), "tomoioc-loads-"));
  try {
    const placed = cases.map((each, index) => {
      const directory = join(root, String(index));
      mkdirSync(directory);
      for (const [name, content] of Object.entries(each.files)) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), content);
      }
      return { ...each, loads: loadsOf(each), directory };
    });
    const reference = await askReference(placed);
    return placed.map((each, index) => ({
      reference: reference[index] ?? { accepted: false, records: {}, said: "" },
      ours: askOurs(each),
    }));
  } finally {
    rmSync(root, { recursive: true });
  }
}

const number = (text: string): number => Number(text.replace(/inf$/, "Infinity"));

const sameText = (a = "", b = ""): boolean =>
  a === b || (a.trim() !== "" && (number(a) === number(b) || a.toLowerCase() === b.toLowerCase()));

/** What differs between two databases, a line each; texts of numbers count as the numbers. */
export function recordDifferences(reference: Loaded, ours: Loaded): string[] {
  const lines: string[] = [];
  for (const name of new Set([...Object.keys(reference.records), ...Object.keys(ours.records)])) {
    const [theirs, mine] = [reference.records[name], ours.records[name]];
    // After a mistake Base gives up and we go on: only what both have can be compared.
    if (!reference.accepted && (theirs === undefined || mine === undefined)) continue;
    if (theirs === undefined || mine === undefined) {
      lines.push(`${name}: only ${theirs === undefined ? "here" : "in Base"}`);
      continue;
    }
    for (const field of new Set([...Object.keys(theirs.fields), ...Object.keys(mine.fields)]))
      if (!sameText(theirs.fields[field], mine.fields[field]))
        lines.push(`${name}.${field}: Base "${theirs.fields[field]}", ours "${mine.fields[field]}"`);
    const rest = ({ type, info, aliases }: LoadedRecord) =>
      JSON.stringify([type, Object.entries(info).sort(), aliases]);
    if (rest(theirs) !== rest(mine)) lines.push(`${name}: Base ${rest(theirs)}, ours ${rest(mine)}`);
  }
  return lines;
}
