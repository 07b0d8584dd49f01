import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import * as cainfo from "../../src/cli/cainfo.js";
import * as camonitor from "../../src/cli/camonitor.js";
import { peerEnvironment, startServer } from "../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../ca/support/memoryProvider.js";
import { repositoryRoot } from "../support/paths.js";

interface Watching {
  readonly pv: MemoryPv;
  /** The next line, with its times replaced. */
  line(): Promise<string>;
  /** Ends it as Ctrl-C does; resolves with all that it prints from now on. */
  interrupt(): Promise<string>;
}

/** Runs camonitor on "x" of a server in this process; `options` may name it once more. */
async function watch(test: TestContext, pv: MemoryPv, ...options: string[]): Promise<Watching> {
  const server = await startServer([new MemoryProvider({ x: pv })]);
  test.after(() => server.stop());
  const tool = spawn(process.execPath, [join(repositoryRoot, "bin", "camonitor"), ...options, "x"], {
    env: { ...process.env, ...peerEnvironment(server.udpPort), TZ: "UTC" },
  });
  test.after(() => tool.kill("SIGKILL"));
  const lines = createInterface(tool.stdout)[Symbol.asyncIterator]();
  return {
    pv,
    line: async () =>
      String((await lines.next()).value).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/g, "<time>"),
    interrupt: async () => {
      tool.kill("SIGINT");
      let rest = "";
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) rest += next.value;
      return rest;
    },
  };
}

describe("camonitor", () => {
  it("prints the first value and each change with its time and alarm", async (test) => {
    const { pv, line } = await watch(test, new MemoryPv("DOUBLE", 1.5));
    assert.equal(await line(), `${"x".padEnd(30)} <time> 1.5  `);
    pv.post(2.5, { status: 3, severity: 2 });
    assert.equal(await line(), `${"x".padEnd(30)} <time> 2.5 HIHI MAJOR`);
  });

  it("prints enums as text, or as numbers with -n", async (test) => {
    const text = await watch(test, new MemoryPv("ENUM", 1, { states: ["Off", "On"] }));
    assert.equal(await text.line(), `${"x".padEnd(30)} <time> On  `);
    const number = await watch(test, new MemoryPv("ENUM", 1, { states: ["Off", "On"] }), "-n");
    assert.equal(await number.line(), `${"x".padEnd(30)} <time> 1  `);
  });

  it("prints arrays with their present number of elements", async (test) => {
    const { line } = await watch(test, new MemoryPv("LONG", Int32Array.of(1, 2), {}, 10));
    assert.equal(await line(), "x <time> 2 1 2  ");
  });

  it("prints the time since the last update with -tsi", async (test) => {
    const { pv, line } = await watch(test, new MemoryPv("LONG", 1), "-tsi");
    await line();
    pv.post(2);
    assert.match(await line(), /^x {30} {14} *\+\d+\.\d{6} 2 {2}$/);
  });

  it("takes a name that is given twice for two PVs", async (test) => {
    const { pv, line } = await watch(test, new MemoryPv("LONG", 1), "-tsI", "x");
    assert.deepEqual([await line(), await line()], Array(2).fill(`${"x".padEnd(30)} <time> 1  `));
    pv.post(2);
    assert.equal(await line(), await line());
  });

  it("says nothing more when it is interrupted", async (test) => {
    const { line, interrupt } = await watch(test, new MemoryPv("LONG", 1));
    await line();
    assert.equal(await interrupt(), "");
  });

  it("refuses a name that is none, as the other tools do", async () => {
    const errors: string[] = [];
    const output = { out: () => {}, error: (line: string) => errors.push(line) };
    for (const main of [camonitor.main, cainfo.main]) assert.equal(await main(["x", ""], "", output), 1);
    assert.deepEqual(
      errors,
      Array(2).fill("CA error Invalid string occurred while trying to create channel ''."),
    );
  });
});
