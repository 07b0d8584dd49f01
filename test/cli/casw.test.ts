import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import { startServer } from "../ca/support/loopback.js";
import { freePort } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

/** Runs casw; ends with the test. */
function casw(test: TestContext, repeaterPort: number, ...options: string[]) {
  const env = { ...process.env, EPICS_CA_REPEATER_PORT: String(repeaterPort), TZ: "UTC" };
  const tool = spawn(process.execPath, [join(repositoryRoot, "bin", "casw"), ...options], { env });
  test.after(() => tool.kill("SIGKILL"));
  return tool;
}

describe("casw", () => {
  it("shows each beacon of a server and stars those that tell of a start", async (test) => {
    const repeaterPort = await freePort();
    const tool = casw(test, repeaterPort, "-i", "2");
    const lines = createInterface(tool.stdout)[Symbol.asyncIterator]();
    const server = await startServer([], {
      beaconAddressList: [`127.0.0.1:${repeaterPort}`],
      beaconPeriodSeconds: 0.2,
    });
    test.after(() => server.stop());
    const shown: string[] = [];
    while (!shown.some((line) => line.startsWith("* "))) shown.push(String((await lines.next()).value));
    const [, host = ""] = /^\* (\S+) +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$/.exec(shown.at(-1) ?? "") ?? [];
    assert.match(host, new RegExp(`:${server.tcpPort}$`));
    assert.match(String((await lines.next()).value), /^\testimate=\d+\.\d{6} current=\d+\.\d{6}$/);
  });

  it("explains itself when an option is wrong", async (test) => {
    const tool = casw(test, await freePort(), "-x");
    let out = "";
    tool.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const [code] = await once(tool, "close");
    assert.deepEqual([code, out], [0, "usage: casw <-i interestLevel>\n"]);
  });
});
