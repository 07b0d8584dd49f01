import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needsPython, runPython } from "../support/python.js";
import { bareShell } from "./support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "iocsh-"));
after(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const inner = file("inner.cmd", "echo A=$(A) B=$(B=none)\nepicsEnvSet A 7\necho A=$(A)\nexit\necho never\n");

/** Scripts with what they write to standard output, recorded from EPICS Base 7.0.10. */
const scripts: readonly (readonly [script: string, output: string])[] = [
  ["# comment\n#- silent\n   # indented\n  #- silent too\n", "# comment\n   # indented\n"],
  ['echo("hello, world")\n', 'echo("hello, world")\nhello, world\n'],
  ["echo a b\n", "echo a b\na\n"],
  ["  (echo) a\n", "  (echo) a\na\n"],
  ["echo\n", "echo\n\n"],
  ['echo "\\x41\\101\\n"\n', 'echo "\\x41\\101\\n"\nA101\n\n'],
  ["echo '\\t|'\n", "echo '\\t|'\n\t|\n"],
  ["echo \\\\t\n", "echo \\\\t\n\t\n"],
  ["echo a \\\n  b\n", "echo a   b\na\n"],
  ['echo "x\\\ny"\n', 'echo "xy"\nxy\n'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a macro reference
  ["echo $(HERE) ${HERE}$(NOT=1)\n", "echo there there1\nthere\n"],
  ["echo '$(HERE)'\n", "echo '$(HERE)'\n$(HERE)\n"],
  ['epicsEnvSet("M","$(HERE)/x")\necho $(M)\n', 'epicsEnvSet("M","there/x")\necho there/x\nthere/x\n'],
  ['epicsEnvSet E "a\\tb"\nepicsEnvShow E\n', 'epicsEnvSet E "a\\tb"\nepicsEnvShow E\nE=a\\tb\n'],
  [
    "epicsEnvSet(Q,1)\nepicsEnvUnset Q\necho $(Q=none)\n",
    "epicsEnvSet(Q,1)\nepicsEnvUnset Q\necho none\nnone\n",
  ],
  ["echo $(UNDEFINED)\necho next\n", "echo next\nnext\n"],
  ["nosuch 1\necho next\n", "nosuch 1\necho next\nnext\n"],
  ['echo "open\necho next\n', 'echo "open\necho next\nnext\n'],
  ["on error break\nnosuch\necho never\n", "on error break\nnosuch\n"],
  ["on error wait 0.01\nnosuch\necho next\n", "on error wait 0.01\nnosuch\necho next\nnext\n"],
  ["< nosuchfile\necho next\n", "< nosuchfile\necho next\nnext\n"],
  [
    `iocshLoad ${inner} A=1\necho $(A)\n`,
    `iocshLoad ${inner} A=1\necho A=1 B=none\nA=1\nepicsEnvSet A 7\necho A=7\nA=7\nexit\necho 7\n7\n`,
  ],
  ['iocshCmd("echo hi")\n', 'iocshCmd("echo hi")\nhi\n'],
  ["iocshRun('echo $(X)', 'X=5')\n", "iocshRun('echo $(X)', 'X=5')\n5\n"],
  [
    "var asCheckClientIP 1\nvar asCheckClientIP\n",
    "var asCheckClientIP 1\nvar asCheckClientIP\nint asCheckClientIP = 1\n",
  ],
  ["exit\necho never\n", "exit\n"],
];

/** Runs scripts, given as arguments, in EPICS Base's own iocsh. */
const reference = `
import ctypes, os, sys
import epicscorelibs.ioc as ioc
ioc.iocshRegisterCommon()
ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None)
ioc.registerRecordDeviceDriver(ioc.pdbbase)
load = ioc.Com.iocshLoad
load.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
for script in sys.argv[1:]:
    print("=== script", flush=True)
    os.environ.pop("A", None)
    load(script.encode(), None)
`;

const withoutColour = (text: string): string =>
  text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");

for (const [script, expected] of scripts) {
  test(`the script ${JSON.stringify(script)} prints what EPICS Base prints`, async () => {
    const { shell, stdout } = bareShell({ HERE: "there" });
    await shell.runScript(file("test.cmd", script));
    assert.equal(stdout.text, expected);
  });
}

test("the recorded answers are those of EPICS Base", needsPython, async () => {
  const paths = scripts.map(([script], index) => file(`reference${index}.cmd`, script));
  const { stdout, stderr } = await runPython(reference, { env: { HERE: "there" }, args: paths });
  const answers = withoutColour(stdout).split("=== script\n").slice(1);
  assert.equal(answers.length, scripts.length, stderr);
  for (const [index, [script, expected]] of scripts.entries()) assert.equal(answers[index], expected, script);
});

const failures: readonly (readonly [script: string, message: string])[] = [
  ["nosuch 1", "ERROR test.cmd line 1: Command 'nosuch' not registered."],
  ["\n\nepicsThreadSleep(x)", "ERROR test.cmd line 3: Invalid double 'x'."],
  ["dbpr(a, 1z)", "ERROR test.cmd line 1: Invalid integer '1z'."],
  ['echo "open', "ERROR test.cmd line 1: Unbalanced quote."],
  ["echo >", "ERROR test.cmd line 1: Invalid redirection."],
  ["echo a\\\n$(UNDEFINED)", "macLib: macro UNDEFINED is undefined (expanding string echo a$(UNDEFINED))"],
  ["registerAllRecordDeviceDrivers(xx)", "ERROR test.cmd line 1: Expecting 'pdbbase' got 'xx'."],
  ["cd /no/such/directory", "Invalid directory path, ignored"],
  ["< nosuchfile", "Can't open nosuchfile: No such file or directory"],
  ["echo a > /no/such/file", "ERROR test.cmd line 1: Can't open '/no/such/file': No such file or directory"],
];

for (const [script, message] of failures) {
  test(`the script ${JSON.stringify(script)} gives one line`, async () => {
    const { shell, stderr } = bareShell();
    await shell.runScript(file("test.cmd", script));
    assert.equal(stderr.text, `${message}\n`);
  });
}

test("a command line outside of a script has no place to name", async () => {
  const { shell, stderr } = bareShell();
  await shell.runInteractiveLine("nosuch");
  assert.equal(stderr.text, "Command 'nosuch' not registered.\n");
});
