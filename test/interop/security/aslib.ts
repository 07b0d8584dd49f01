import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { AccessSecurityFile } from "../../../src/ioc/accessSecurityFile.js";
import { createPvDirectory } from "../../../src/records/index.js";
import { AccessSecurity, accessDumpLines } from "../../../src/records/security/index.js";
import { runPython } from "../../support/python.js";

export type Rights = readonly [access: "NONE" | "READ" | "WRITE", trapWrite: boolean];
export type Asking = readonly [asg: string, user: string, host: string, asl: 0 | 1];

/** An access security file, values of its inputs one after the other, and who asks for what after each. */
export interface AsCase {
  readonly acf: string;
  readonly macros?: string;
  readonly checkIp?: boolean;
  /** Per round the values of inputs by letter, null for one without a good value. */
  readonly rounds?: readonly Readonly<Record<string, number | null>>[];
  readonly ask?: readonly Asking[];
}

export interface AsAnswer {
  readonly taken: boolean;
  /** Where something is wrong or ignored, and what, as far as EPICS Base says it in one line. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Per round (or once) the rights of each that asks. */
  readonly rights: readonly (readonly Rights[])[];
  /** What the rules look like when they are shown. */
  readonly dump: string;
}

/** libCom's access security driven through ctypes. */
const PROGRAM = `
import ctypes, json, os, sys, tempfile
import epicscorelibs
answer_to = os.dup(1)
com = ctypes.CDLL(os.path.join(os.path.dirname(epicscorelibs.__file__), "lib", "libCom.so"))
libc = ctypes.CDLL(None)
output = tempfile.TemporaryFile()
os.dup2(output.fileno(), 1)
os.dup2(output.fileno(), 2)

class Client(ctypes.Structure):
    _fields_ = [("node", ctypes.c_void_p * 2), ("member", ctypes.c_void_p), ("user", ctypes.c_void_p),
                ("host", ctypes.c_void_p), ("pvt", ctypes.c_void_p), ("callback", ctypes.c_void_p),
                ("level", ctypes.c_int), ("access", ctypes.c_int), ("trap", ctypes.c_int)]

class Group(ctypes.Structure): pass
class List(ctypes.Structure):
    _fields_ = [("first", ctypes.c_void_p), ("last", ctypes.c_void_p), ("count", ctypes.c_long)]
Group._fields_ = [("next", ctypes.c_void_p), ("previous", ctypes.c_void_p), ("name", ctypes.c_char_p), ("inputs", List),
                  ("rules", List), ("members", List), ("values", ctypes.POINTER(ctypes.c_double)),
                  ("bad", ctypes.c_ulong), ("changed", ctypes.c_ulong)]
class Base(ctypes.Structure):
    _fields_ = [("users", List), ("hosts", List), ("groups", List)]

def groups():
    at = ctypes.POINTER(Base).in_dll(com, "pasbase").contents.groups.first
    while at:
        group = Group.from_address(at)
        yield group
        at = group.next

def taken():
    com.errlogFlush(); libc.fflush(None)
    size = os.fstat(output.fileno()).st_size
    text = os.pread(output.fileno(), size, 0).decode(errors="replace")
    os.ftruncate(output.fileno(), 0); os.lseek(output.fileno(), 0, os.SEEK_SET)
    return text

def rights(asg, user, host, level):
    member, client = ctypes.c_void_p(), ctypes.c_void_p()
    kept = [ctypes.create_string_buffer(each.encode()) for each in (asg, user, host)]
    com.asAddMember(ctypes.byref(member), kept[0])
    com.asAddClient(ctypes.byref(client), member, level, kept[1], kept[2])
    found = Client.from_address(client.value)
    answer = [["NONE", "READ", "WRITE"][found.access], found.trap != 0]
    com.asRemoveClient(ctypes.byref(client)); com.asRemoveMember(ctypes.byref(member))
    return answer

def run(case):
    ctypes.c_int.in_dll(com, "asCheckClientIP").value = 1 if case.get("checkIp") else 0
    with tempfile.NamedTemporaryFile("w", newline="") as file:
        file.write(case["acf"]); file.flush()
        macros = case.get("macros")
        status = com.asInitFile(file.name.encode(), None if macros is None else macros.encode())
    log = taken()
    if status != 0: return {"taken": False, "log": log, "rights": [], "dump": ""}
    for group in groups():
        at = group.inputs.first
        while at:
            group.bad |= 1 << ctypes.c_int.from_address(at + 40).value
            at = ctypes.c_void_p.from_address(at).value
    answers = []
    for values in case.get("rounds", [{}]):
        for group in groups():
            for letter, value in values.items():
                bit = 1 << (ord(letter) - 65)
                if value is None: group.bad |= bit
                else:
                    group.bad &= ~bit
                    group.values[ord(letter) - 65] = value
                group.changed |= bit
            com.asComputeAsg(ctypes.byref(group))
        answers.append([rights(*asking) for asking in case.get("ask", [])])
    taken()
    com.asDumpFP(ctypes.c_void_p.in_dll(libc, "stdout"), None, None, 1)
    return {"taken": True, "log": log, "rights": answers, "dump": taken()}

os.write(answer_to, json.dumps([run(case) for case in json.loads(sys.argv[1])]).encode())
os._exit(0)
`;

interface RawAnswer extends Omit<AsAnswer, "errors" | "warnings"> {
  readonly log: string;
}

/** The lines of EPICS's log that name a line of the file, as `line: text`. */
function located(log: string, severity: "ERROR" | "WARNING"): string[] {
  const plain = stripVTControlCharacters(log);
  const pattern = new RegExp(`^${severity} (.*?) ?at line (\\d+)(?:: (.*))?$`, "gm");
  return [...plain.matchAll(pattern)].map(
    ([, text = "", line, word]) => `${line}: ${word === undefined ? text : `${text}: ${word}`}`,
  );
}

/** Asks EPICS Base, all cases in one process. */
export async function askAslib(cases: readonly AsCase[]): Promise<readonly AsAnswer[]> {
  const { stdout } = await runPython(PROGRAM, { args: [JSON.stringify(cases)] });
  const answers: readonly RawAnswer[] = JSON.parse(stdout);
  return answers.map(({ log, ...answer }) => ({
    ...answer,
    errors: answer.taken ? [] : located(log, "ERROR"),
    warnings: answer.taken ? located(log, "WARNING") : [],
  }));
}

/** Asks our access security the same. */
export async function askOurs(cases: readonly AsCase[]): Promise<readonly AsAnswer[]> {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-acf-"));
  const filename = join(directory, "test.acf");
  try {
    const answers: AsAnswer[] = [];
    for (const each of cases) {
      writeFileSync(filename, each.acf);
      answers.push(await askOne(each, filename));
    }
    return answers;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function askOne({ macros, checkIp, rounds, ask }: AsCase, filename: string): Promise<AsAnswer> {
  const security = new AccessSecurity();
  const warnings: string[] = [];
  const local = (line: string): string => line.replace(`${filename}:`, "");
  const file = new AccessSecurityFile({
    security,
    pvs: createPvDirectory(undefined, undefined),
    isLocal: () => false,
    checksAddresses: () => checkIp === true,
    warn(line) {
      if (line.startsWith(filename)) warnings.push(local(line));
    },
  });
  file.filename = filename;
  file.substitutions = macros;
  const configuration = await file.read();
  if (!configuration.ok)
    return { taken: false, errors: configuration.error.map(local), warnings: [], rights: [], dump: "" };
  file.use(configuration.value);
  const { policy } = security;
  const rights = (rounds ?? [{}]).map((values) => {
    for (const group of policy?.groups.values() ?? []) {
      for (const [letter, value] of Object.entries(values))
        group.setInput(letter.charCodeAt(0) - 65, value ?? undefined);
      group.compute();
    }
    return (ask ?? []).map(([asg, user, host, level]): Rights => {
      const decision = policy?.groupFor(asg).decide({ level, users: [user], host });
      return [decision?.access ?? "NONE", decision?.trapWrite ?? false];
    });
  });
  const dump = policy === undefined ? [] : [...accessDumpLines(security, policy, [])];
  return { taken: true, errors: [], warnings, rights, dump: dump.map((line) => `${line}\n`).join("") };
}
