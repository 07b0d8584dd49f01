import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { repositoryRoot } from "../../support/paths.js";
import { interopPython, needsPython } from "../../support/python.js";
import { ProgramLines } from "./support/lines.js";
import { TwoHosts } from "./support/twoHosts.js";

const DATABASE = 'record(calc, "pv") { field(SCAN, ".2 second") field(CALC, "VAL+1") }\n';
const WATCH_CLIENT = join(repositoryRoot, "test/interop/ca/support/watchClient.py");

const hosts = interopPython === undefined ? undefined : TwoHosts.make();
const condition =
  interopPython !== undefined && hosts === undefined
    ? { skip: "network namespaces are not permitted" }
    : needsPython;

/** A program that watches the PV, and how it says what. */
interface Watcher {
  readonly lines: ProgramLines;
  readonly value: RegExp;
  readonly disconnected: RegExp;
}

describe("an IOC on one host and clients on another", condition, () => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-hosts-"));
  const database = join(directory, "pv.db");
  const watchers: Watcher[] = [];
  let ioc: ProgramLines | undefined;

  const each = async (pattern: "value" | "disconnected"): Promise<void> => {
    await Promise.all(watchers.map((watcher) => watcher.lines.next(watcher[pattern])));
  };

  const startIoc = (network: TwoHosts): ProgramLines =>
    new ProgramLines(network.run("server", [join(repositoryRoot, "bin/softIoc"), "-d", database], {}));

  before(async () => {
    assert.ok(hosts !== undefined && interopPython !== undefined);
    writeFileSync(database, DATABASE);
    ioc = startIoc(hosts);
    const environment = {
      EPICS_CA_ADDR_LIST: hosts.serverAddress,
      EPICS_CA_AUTO_ADDR_LIST: "NO",
      EPICS_CA_CONN_TMO: "1",
    };
    const run = (...command: string[]): ProgramLines =>
      new ProgramLines(hosts.run("client", command, environment));
    watchers.push(
      {
        lines: run(join(repositoryRoot, "bin/camonitor"), "pv"),
        value: /^pv .* \d+ *$/,
        disconnected: /disconnected/i,
      },
      {
        lines: run(interopPython, WATCH_CLIENT, "pv"),
        value: /^value/,
        disconnected: /^disconnected$/,
      },
    );
    await each("value");
  });

  after(async () => {
    for (const { lines } of watchers) await lines.stop();
    await ioc?.stop();
    hosts?.remove();
    rmSync(directory, { recursive: true });
  });

  it("say disconnected while the cable is out, and go on when it is in again", async () => {
    hosts?.unplug();
    await each("disconnected");
    hosts?.plug();
    await each("value");
  });

  it("find the IOC again that vanished and came back while the cable was out", async () => {
    if (hosts === undefined) return;
    hosts.unplug();
    await ioc?.stop();
    ioc = startIoc(hosts);
    await ioc.next(/iocRun/);
    hosts.plug();
    await each("disconnected");
    await each("value");
  });
});
