import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

test("a tool whose output nobody reads any more ends without a word, as SIGPIPE ends a C program", async () => {
  const output = new URL("../../src/cli/standardOutput.js", import.meta.url).href;
  const program = `import { writeOutput } from ${JSON.stringify(output)}; setInterval(() => writeOutput("line\\n"), 1);`;
  const tool = spawn(process.execPath, ["--input-type=module", "-e", program], { timeout: 30_000 });
  let errors = "";
  tool.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  await once(tool.stdout, "data");
  tool.stdout.destroy();
  const [code] = await once(tool, "close");
  assert.equal(code, 141);
  assert.equal(errors, "");
});
