import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython, runPython } from "../../support/python.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-terminal-"));
after(() => rmSync(directory, { recursive: true }));
mkdirSync(join(directory, "subdirectory"));
writeFileSync(join(directory, "test.db"), 'record(ao, "t:ao") { field(VAL, "3") }\nrecord(bo, "t:bo") { }\n');
const historyFile = join(directory, ".iocsh_history");

/** What is typed, once the text before it has been shown. */
type Typed = readonly (readonly [shown: string, keys: string])[];

const TAB = "\t";
const ENTER = "\r";
const UP = "\x1b[A";
const CTRL_C = "\x03";
const CTRL_D = "\x04";

/** Runs a softIoc on a pseudo terminal; prints what it showed and its exit status. */
const PROGRAM = `
import json, os, pty, select, sys, time
program, directory, typed = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
child, terminal = pty.fork()
if child == 0:
    os.chdir(directory)
    os.execv(program, [program, "-d", "test.db"])
shown, seen, deadline = "", 0, time.monotonic() + 30

def more():
    global shown
    if time.monotonic() > deadline: return False
    if not select.select([terminal], [], [], 1)[0]: return True
    try: text = os.read(terminal, 65536)
    except OSError: return False
    shown += text.decode(errors="replace")
    return len(text) > 0

for expected, keys in typed:
    while shown.find(expected, seen) < 0:
        if not more(): break
    seen = max(seen, shown.find(expected, seen) + len(expected))
    os.write(terminal, keys.encode())
while more(): pass
_, status = os.waitpid(child, 0)
print(json.dumps([shown, os.waitstatus_to_exitcode(status)]))
`;

interface Session {
  readonly text: string;
  readonly status: number;
}

async function onTerminal(typed: Typed, variables: NodeJS.ProcessEnv = {}): Promise<Session> {
  const env = { ...(await loopbackEnvironment()), TERM: "xterm", ...variables };
  const program = join(repositoryRoot, "bin", "softIoc");
  const { stdout, stderr } = await runPython(PROGRAM, {
    env,
    args: [program, directory, JSON.stringify(typed)],
  });
  assert.notEqual(stdout, "", stderr);
  const [text, status]: readonly [string, number] = JSON.parse(stdout);
  return { text, status };
}

test("a terminal completes words, remembers lines, and ends with Ctrl-D", needsPython, async () => {
  rmSync(historyFile, { force: true });
  const { text, status } = await onTerminal([
    ["epics> ", `dbgl${TAB}`],
    ["dbglob ", `"t:*"${ENTER}`],
    ["t:bo\r\n", `dbgf t:a${TAB}`],
    ["t:ao ", ENTER],
    ["DBF_DOUBLE:         3", `dbpf t:ao 4${ENTER}`],
    ["DBF_DOUBLE:         4", `${UP}${UP}${ENTER}`],
    ["DBF_DOUBLE:         4", `cd sub${TAB}`],
    ["subdirectory/", ENTER],
    ["epics> ", `pwd${ENTER}`],
    [join(directory, "subdirectory"), `cd ..${ENTER}`],
    ["epics> ", `epicsEnvSet IOCSH_PS1 "2bm> "${ENTER}`],
    ["2bm> ", `nosuch${ENTER}`],
    ["not registered", CTRL_D],
  ]);
  assert.equal(status, 0, text);
  // Emphasis is for terminals: the prompt is green and the complaint red, as EPICS Base has them.
  assert.ok(text.includes("\x1b[32;1mepics> \x1b[0m"), text);
  assert.ok(text.includes("\x1b[31;1mCommand 'nosuch' not registered.\x1b[0m"), text);
  assert.deepEqual(readFileSync(historyFile, "utf8").trimEnd().split("\n").slice(0, 3), [
    'dbglob "t:*"',
    "dbgf t:ao ",
    "dbpf t:ao 4",
  ]);
});

test("the lines of one session are there in the next", needsPython, async () => {
  writeFileSync(historyFile, "dbgf t:ao\n");
  const { text } = await onTerminal([
    ["epics> ", `${UP}${ENTER}`],
    ["DBF_DOUBLE:         3", CTRL_D],
  ]);
  assert.match(text, /dbgf t:ao/);
});

test("Ctrl-C ends the shell, even while a command runs", needsPython, async () => {
  const { text, status } = await onTerminal([
    ["epics> ", `echo before${ENTER}`],
    ["before\r\nbefore", ""],
    ["epics> ", `epicsThreadSleep 100${ENTER}`],
    ["\r\n", CTRL_C],
  ]);
  assert.equal(status, 0, text);
});

test("a terminal without line editing gives whole lines", needsPython, async () => {
  rmSync(historyFile, { force: true });
  const { text, status } = await onTerminal(
    [
      ["epics> ", "dbgf t:ao\n"],
      ["DBF_DOUBLE:         3", CTRL_D],
    ],
    { IOCSH_HISTEDIT_DISABLE: "YES" },
  );
  assert.equal(status, 0, text);
  assert.ok(!existsSync(historyFile));
});
