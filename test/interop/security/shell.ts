import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createIoc } from "../../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { runPython } from "../../support/python.js";

/** EPICS Base's own shell: takes lines, answers with what each printed. "settle" lets things happen. */
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
    else: ioc.Com.iocshCmd(line.encode())
    ioc.Com.errlogFlush(); libc.fflush(None)
    return os.pread(output.fileno(), 1 << 20, 0).decode(errors="replace")

os.write(answer_to, json.dumps([run(line) for line in json.loads(sys.argv[1])]).encode())
os._exit(0)
`;

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
    line === "settle"
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
  for (const line of lines) {
    text = "";
    if (line === "settle") await delay(50);
    else await ioc.shell.runLine(line);
    printed.push(text);
  }
  await ioc.stop();
  return printed;
}
