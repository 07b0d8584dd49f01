import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { completeLine } from "../../src/iocsh/completion.js";
import { runTerminal } from "../../src/iocsh/terminal.js";
import { bareShell } from "./support/shell.js";

async function type(text: string) {
  const session = bareShell();
  const output = new PassThrough();
  await runTerminal(session.shell, { input: Readable.from([text]), output });
  return { ...session, prompts: String(output.read() ?? "") };
}

test("lines that do not come from a terminal run one after the other until the end of the input", async () => {
  const { stdout } = await type("epicsThreadSleep 0.01\necho one\necho two");
  assert.equal(stdout.text, "one\ntwo\n");
});

test("exit ends the shell", async () => {
  const { stdout } = await type("echo one\nexit\necho never\n");
  assert.equal(stdout.text, "one\n");
});

test("the prompt is IOCSH_PS1, which a command can change", async () => {
  const { prompts } = await type('epicsEnvSet IOCSH_PS1 "2bm>"\n');
  assert.equal(prompts, "epics> 2bm>");
});

test("a line that ends in a backslash goes on", async () => {
  const { stdout } = await type("echo one\\\ntwo\n");
  assert.equal(stdout.text, "onetwo\n");
});

test("on error has no meaning at a terminal", async () => {
  const { stderr } = await type("on error break\n");
  assert.equal(stderr.text, "Interactive shell ignores  on error ...\n");
});

test("tab completes commands, then what the argument is", () => {
  const { shell } = bareShell();
  assert.deepEqual(completeLine(shell, "epicsThreadSl"), [["epicsThreadSleep"], "epicsThreadSl"]);
  assert.deepEqual(completeLine(shell, "help iocIn"), [["iocInit"], "iocIn"]);
  assert.deepEqual(completeLine(shell, "var asCh"), [["asCheckClientIP"], "asCh"]);
});
