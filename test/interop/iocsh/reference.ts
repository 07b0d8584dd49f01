import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { createIoc } from "../../../src/ioc/ioc.js";
import { macrosOf } from "../../../src/iocsh/macros.js";
import { bareShell, Captured } from "../../iocsh/support/shell.js";
import { freePort } from "../../support/freePorts.js";
import { runPython } from "../../support/python.js";

/**
 * What is given to a shell: a line as `iocshCmd` runs it, a line with macros as `iocshRun` does, a script as `iocshLoad`
 * does, or a moment for what goes on by itself.
 */
export type Step =
  | readonly ["line", text: string]
  | readonly ["run", text: string, macros: string]
  | readonly ["script", text: string, macros?: string]
  | readonly ["settle"];

export interface Session {
  /** Files that both shells find in their working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Ours is a whole IOC with its servers. */
  readonly served?: boolean;
}

export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Compared {
  readonly step: Step;
  readonly base: Answer;
  readonly ours: Answer;
}

/** Base's own iocsh in a process; answers are what it wrote to both outputs during each step. */
const PROGRAM = `
import ctypes, json, os, sys, time
channel = os.dup(1)
request = json.loads(sys.argv[1])
os.chdir(request["directory"])
outputs = [os.open(os.path.join(request["logs"], name), os.O_CREAT | os.O_RDWR) for name in ("out", "err")]
import epicscorelibs.ioc as ioc
libc = ctypes.CDLL(None)
for descriptor, output in zip((1, 2), outputs): os.dup2(output, descriptor)
Com = ioc.Com
Com.iocshLoad.argtypes = Com.iocshRun.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
ioc.iocshRegisterCommon()
ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None)
ioc.registerRecordDeviceDriver(ioc.pdbbase)
read = [0, 0]

def written(index):
    size = os.fstat(outputs[index]).st_size
    text = os.pread(outputs[index], size - read[index], read[index]).decode(errors="replace")
    read[index] = size
    return text

def script(text, macros=None):
    with open("test.cmd", "w") as file: file.write(text)
    return Com.iocshLoad(b"test.cmd", macros and macros.encode())

def settle():
    time.sleep(0.1)
    return 0

actions = {
    "line": lambda text: Com.iocshCmd(text.encode()),
    "run": lambda text, macros: Com.iocshRun(text.encode(), macros.encode()),
    "script": script,
    "settle": settle,
}
answers = []
for name, *arguments in request["steps"]:
    for output in (1, 2): os.lseek(output, 0, os.SEEK_END)
    status = actions[name](*arguments)
    Com.errlogFlush()
    libc.fflush(None)
    answers.append({"ok": status == 0, "stdout": written(0), "stderr": written(1)})
os.write(channel, json.dumps(answers).encode())
os._exit(0)
`;

const environment = (port: number): Record<string, string> => ({
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
  EPICS_CA_SERVER_PORT: String(port),
});

/** What differs between two runs of the same shell: addresses of memory, times, folders, colours, the release. */
const normalised = (text: string, directory: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(directory, "DIRECTORY")
    .replaceAll(/0x[0-9a-f]{8,}/g, "ADDRESS")
    .replaceAll(/ epicsMutexId ADDRESS|id ADDRESS | {2}T: ADDRESS/g, "")
    .replaceAll(/C\/S: +\d+\.\d/g, "C/S: N")
    .replaceAll(/^(?:Record Address| Field Address): .*\n/gm, "")
    .replaceAll(/\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d\.\d+/g, "TIME")
    .replaceAll(/## (?:EPICS |tomoioc ).*\n/g, "## RELEASE\n")
    .replaceAll(/^Warning: Duplicate EPICS CA Address.*\n/gm, "")
    .replaceAll(/## Rev\. .*\n/g, "");

function folder(parent: string, name: string, files: Readonly<Record<string, string>>): string {
  const path = join(parent, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

async function askBase(session: Session, parent: string, port: number): Promise<readonly Answer[]> {
  const directory = folder(parent, "base", session.files ?? {});
  const request = { directory, logs: folder(parent, "logs", {}), steps: session.steps };
  const env = environment(port);
  const { stdout, stderr, code } = await runPython(PROGRAM, { env, args: [JSON.stringify(request)] });
  if (stdout === "") throw new Error(`EPICS Base's shell gave no answer (${code}): ${stderr}`);
  const answers: Answer[] = JSON.parse(stdout);
  return answers.map((answer) => normalisedAnswer(answer, directory));
}

const normalisedAnswer = ({ ok, stdout, stderr }: Answer, directory: string): Answer => ({
  ok,
  stdout: normalised(stdout, directory),
  stderr: normalised(stderr, directory),
});

function wholeIoc(port: number) {
  const stdout = new Captured();
  const stderr = new Captured();
  const env = { ...environment(port), EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1", EPICS_PVAS_SERVER_PORT: "0" };
  const ioc = createIoc({ environment: env, streams: { stdout, stderr } });
  return { shell: ioc.shell, stdout, stderr, stop: () => ioc.stop() };
}

async function askOurs(session: Session, parent: string, port: number): Promise<readonly Answer[]> {
  const directory = folder(parent, "ours", session.files ?? {});
  const { shell, stdout, stderr, stop } =
    session.served === true ? wholeIoc(port) : bareShell(environment(port));
  const outcome = async (step: Step): Promise<boolean> => {
    switch (step[0]) {
      case "line":
        return (await shell.runLine(step[1])).ok;
      case "run":
        return (await shell.runLine(step[1], macrosOf(step[2]))).ok;
      case "script":
        writeFileSync("test.cmd", step[1]);
        return (await shell.loadScript("test.cmd", macrosOf(step[2]))).ok;
      case "settle":
        await new Promise((resolve) => setTimeout(resolve, 100));
        return true;
    }
  };
  const before = process.cwd();
  process.chdir(directory);
  try {
    const answers: Answer[] = [];
    for (const step of session.steps) {
      stdout.text = "";
      stderr.text = "";
      const ok = await outcome(step);
      answers.push(normalisedAnswer({ ok, stdout: stdout.text, stderr: stderr.text }, directory));
    }
    return answers;
  } finally {
    process.chdir(before);
    await stop();
  }
}

/** Gives the same to both shells; answers side by side. */
export async function compareShells(session: Session): Promise<readonly Compared[]> {
  const parent = mkdtempSync(join(tmpdir(), "tomoioc-iocsh-"));
  try {
    const port = await freePort();
    const base = await askBase(session, parent, port);
    const ours = await askOurs(session, parent, port);
    const nothing: Answer = { ok: true, stdout: "", stderr: "" };
    return session.steps.map((step, index) => ({
      step,
      base: base[index] ?? nothing,
      ours: ours[index] ?? nothing,
    }));
  } finally {
    rmSync(parent, { recursive: true });
  }
}

/** Steps whose answers differ on purpose, with the reason. */
export type KnownDifferences = readonly (readonly [step: Step, reason: string])[];

const differs = ({ base, ours }: Compared): boolean => JSON.stringify(base) !== JSON.stringify(ours);

/** The steps whose answers differ, readable side by side. */
export const differences = (compared: readonly Compared[]): string[] =>
  compared
    .filter(differs)
    .map(({ step, base, ours }) => `${step.join(" | ")}\n${shown("Base", base)}\n${shown("ours", ours)}`);

/** Fails with both answers for every step that differs and is not known to, and for every known one that does not. */
export function assertSame(compared: readonly Compared[], known: KnownDifferences = []): void {
  const names = new Set(known.map(([step]) => step.join(" | ")));
  const isKnown = ({ step }: Compared): boolean => names.has(step.join(" | "));
  assert.equal(differences(compared.filter((each) => !isKnown(each))).join("\n\n"), "");
  const gone = compared.filter((each) => isKnown(each) && !differs(each));
  assert.deepEqual(
    gone.map(({ step }) => step),
    [],
    "known differences that are none any more",
  );
}

const shown = (who: string, { ok, stdout, stderr }: Answer): string =>
  `--- ${who}: ${ok ? "ok" : "error"}\n${stdout}${stderr === "" ? "" : `--- stderr\n${stderr}`}`;
