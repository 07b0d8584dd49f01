import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { CaServer } from "../../../src/ca/index.js";
import * as caget from "../../../src/cli/caget.js";
import * as cainfo from "../../../src/cli/cainfo.js";
import * as caput from "../../../src/cli/caput.js";
import type { ToolOutput } from "../../../src/cli/caToolFormat.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { peerEnvironment, startServer } from "../../ca/support/loopback.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { type SoftIoc, startSoftIoc } from "./support/softIoc.js";

/** What EPICS Base's own tool did with a command line, on the same records and in the same order. */
interface Recorded {
  readonly arguments: readonly string[];
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const data = join(repositoryRoot, "test", "data");
const recorded: readonly Recorded[] = JSON.parse(readFileSync(join(data, "caTools.json"), "utf8"));

type Main = (argv: readonly string[], program: string, output: ToolOutput) => Promise<number>;
const tools: Readonly<Record<string, Main>> = {
  caget: caget.main,
  caput: caput.main,
  cainfo: cainfo.main,
};

async function run([tool = "", ...argv]: readonly string[]): Promise<Omit<Recorded, "arguments">> {
  let output = "";
  let errors = "";
  const code = await tools[tool]?.(argv, tool, {
    out: (text) => {
      output += text;
    },
    error: (line) => {
      errors += `${line}\n`;
    },
  });
  return { code: code ?? -1, output, errors };
}

/** Times and ports differ from run to run. */
const comparable = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/g, "<time>").replace(/Host: .*/g, "Host: <host>");

function expectRecorded(): void {
  for (const expected of recorded)
    it(expected.arguments.join(" "), async () => {
      const found = await run(expected.arguments);
      assert.equal(comparable(found.output), comparable(expected.output));
      assert.equal(found.errors, expected.errors);
      assert.equal(found.code, expected.code);
    });
}

const database = join(data, "caTools.db");

describe("the tools print what EPICS Base's print", needsPython, () => {
  let ioc: SoftIoc;

  before(async () => {
    ioc = await startSoftIoc(database);
    Object.assign(process.env, peerEnvironment(ioc.port));
  });
  after(() => ioc.stop());

  expectRecorded();
});

describe("and with our records and server in place of the reference IOC", () => {
  let server: CaServer;
  const engine = new RecordEngine();

  before(async () => {
    engine.load(loadDatabaseFile(database, {}, { catalog: engine.catalog }).definition);
    engine.iocInit();
    server = await startServer([engine]);
    Object.assign(process.env, peerEnvironment(server.udpPort));
  });
  after(async () => {
    await server.stop();
    engine.stop();
  });

  expectRecorded();
});
