import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createIoc } from "../../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { runPython } from "../../support/python.js";

/** A busy machine takes its time. */
const UNTIL_SECONDS = 20;

/**
 * EPICS Base's own shell: takes lines, answers with what each printed. "settle" lets things happen that are printed; "until REPORT shows
 * TEXT" asks for a report until it shows that.
 */
const PROGRAM = `
import ctypes, json, os, sys, tempfile, time
answer_to = os.dup(1)
import epicscorelibs.ioc as ioc
libc = ctypes.CDLL(None)
output = tempfile.TemporaryFile()
os.dup2(output.fileno(), 1)
os.dup2(output.fileno(), 2)
ioc.Com.iocshCmd.argtypes = [ctypes.c_char_p]
ioc.iocshRegisterCommon()
ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None)
ioc.registerRecordDeviceDriver(ioc.pdbbase)

def run(line):
    os.ftruncate(output.fileno(), 0); os.lseek(output.fileno(), 0, os.SEEK_SET)
    if line == "settle": time.sleep(0.3)
    elif line.startswith("until "): return until(*line[6:].split(" shows "))
    else: ioc.Com.iocshCmd(line.encode())
    ioc.Com.errlogFlush(); libc.fflush(None)
    return os.pread(output.fileno(), 1 << 20, 0).decode(errors="replace")

def until(report, text):
    limit = time.time() + ${UNTIL_SECONDS}
    while text not in run(report) and time.time() < limit: time.sleep(0.02)
    return ""

os.write(answer_to, json.dumps([run(line) for line in json.loads(sys.argv[1])]).encode())
os._exit(0)
`;

const UNTIL = "until ";

export interface ShellCase {
  /** Files by name; they are written into `directory`, and `$(D)` in lines stands for it. */
  readonly files: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

/** What each line prints, on EPICS Base and here; what comes up while things settle belongs to the line before. */
export async function bothShells(
  { files, lines }: ShellCase,
  directory: string,
): Promise<readonly { readonly line: string; readonly base: string; readonly ours: string }[]> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const expanded = lines.map((line) => line.replaceAll("$(D)", directory));
  const { stdout } = await runPython(PROGRAM, {
    args: [JSON.stringify(expanded)],
    env: await loopbackEnvironment(),
  });
  const base: readonly string[] = JSON.parse(stdout);
  const ours = await ourShell(expanded);
  return lines.flatMap((line, index) =>
    line === "settle" || line.startsWith(UNTIL)
      ? []
      : [{ line, base: withSettling(lines, base, index), ours: withSettling(lines, ours, index) }],
  );
}

function withSettling(lines: readonly string[], printed: readonly string[], index: number): string {
  const text = printed[index] ?? "";
  return lines[index + 1] === "settle" ? text + (printed[index + 1] ?? "") : text;
}

async function ourShell(lines: readonly string[]): Promise<readonly string[]> {
  let text = "";
  const sink = {
    write(chunk: string) {
      text += chunk;
    },
  };
  const environment = { ...process.env, ...(await loopbackEnvironment()) };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  const printed: string[] = [];
  const run = async (line: string): Promise<string> => {
    text = "";
    if (line === "settle") await delay(50);
    else await ioc.shell.runLine(line);
    return text;
  };
  const until = async (report: string, shown: string): Promise<string> => {
    const limit = performance.now() + UNTIL_SECONDS * 1000;
    while (!(await run(report)).includes(shown) && performance.now() < limit) await delay(20);
    return "";
  };
  for (const line of lines) {
    const [report = "", shown = ""] = line.slice(UNTIL.length).split(" shows ");
    printed.push(await (line.startsWith(UNTIL) ? until(report, shown) : run(line)));
  }
  await ioc.stop();
  return printed;
}
