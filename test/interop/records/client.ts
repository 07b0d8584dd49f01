import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CaServer } from "../../../src/ca/server/caServer.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { peerEnvironment } from "../../ca/support/loopback.js";
import { freePort } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { interopPython } from "../../support/python.js";

export type Scalar = number | string;
export type DbrType = "STRING" | "SHORT" | "FLOAT" | "ENUM" | "CHAR" | "LONG" | "DOUBLE";

/** DBR_PUT_ACKT and DBR_PUT_ACKS acknowledge alarms. */
export type PutType = DbrType | "ACKT" | "ACKS";

/**
 * What a Channel Access client does. A text is put as DBR_STRING and a number as DBR_DOUBLE unless a type is given.
 * `start` begins a put-callback under a key; `monitor` subscribes under a key and takes the first event away; `events`
 * lists what has come since as [key, value, severity], in the order of posting, with everything that was posted before;
 * `heard` lists the values only.
 */
export type ClientStep =
  | readonly ["get", pv: string, type?: DbrType | null, count?: number]
  | readonly ["put" | "putWait", pv: string, value: Scalar | readonly Scalar[], type?: PutType]
  | readonly ["start", key: string, pv: string, value: Scalar | readonly Scalar[], type?: DbrType]
  | readonly ["completed" | "wait", key: string]
  | readonly ["monitor", key: string, pv: string, mask: number, type?: DbrType | null, count?: number]
  | readonly ["forget", key: string]
  | readonly ["events" | "heard" | "forgetEvents"]
  | readonly ["until", pv: string, text: string]
  | readonly ["pause", seconds: number]
  | readonly ["close" | "era" | "access" | "shape" | "alarm" | "acknowledged" | "class", pv: string]
  | readonly ["sameTime", pv: string, other: string]
  | readonly ["control", pv: string, type?: DbrType];

/** What is done to the IOC itself: a line of its shell. */
export type ShellStep = readonly ["shell", "iocPause" | "iocRun"];

export type Step = ClientStep | ShellStep;

export type Answer = unknown;

/** Lines to a program and one line back for each. */
class Dialogue {
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error("no output to read");
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr?.on("data", (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the program ended:\n${this.#errors.slice(-2000)}`);
    return value;
  }

  ask(question: string): Promise<string> {
    this.child.stdin?.write(`${question}\n`);
    return this.line();
  }

  end(): void {
    this.child.kill("SIGKILL");
  }
}

function program(name: string, port: number, args: readonly string[] = []): Dialogue {
  if (interopPython === undefined) throw new Error("the Python interop environment is absent");
  const path = join(repositoryRoot, "test", "interop", "records", name);
  const env = { ...process.env, ...peerEnvironment(port), TZ: "UTC" };
  return new Dialogue(spawn(interopPython, [path, ...args], { env }));
}

/** An IOC that serves a database. */
interface Ioc {
  readonly port: number;
  shell(line: ShellStep[1]): Promise<void> | void;
  stop(): Promise<void> | void;
}

async function startReference(database: string): Promise<Ioc> {
  const port = await freePort();
  const ioc = program("shellIoc.py", port, [database]);
  await ioc.line();
  return {
    port,
    shell: async (line) => {
      await ioc.ask(line);
    },
    stop: () => ioc.end(),
  };
}

async function startOurs(database: string): Promise<Ioc> {
  const engine = new RecordEngine();
  engine.registerFunction("nothing", () => 0);
  const { definition, problems } = loadDatabaseFile(database, {}, { catalog: engine.catalog });
  const wrong = [...problems, ...engine.load(definition)];
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join("\n"));
  engine.iocInit();
  const port = await freePort();
  const server = new CaServer({
    providers: [engine],
    environment: {},
    interfaces: ["127.0.0.1"],
    serverPort: port,
    autoBeaconAddressList: false,
  });
  await server.start();
  return {
    port,
    shell: (line) => void (line === "iocPause" ? engine.iocPause() : engine.iocRun()),
    stop: async () => {
      await server.stop();
      engine.stop();
    },
  };
}

async function answersOf(ioc: Ioc, steps: readonly Step[]): Promise<Answer[]> {
  const client = program("client.py", ioc.port);
  const answers: Answer[] = [];
  let batch: ClientStep[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) answers.push(...JSON.parse(await client.ask(JSON.stringify(batch))));
    batch = [];
  };
  try {
    for (const step of steps) {
      if (step[0] !== "shell") {
        batch.push(step);
        continue;
      }
      await flush();
      await ioc.shell(step[1]);
      answers.push(true);
    }
    await flush();
    return answers;
  } finally {
    client.end();
  }
}

async function run(start: (database: string) => Promise<Ioc>, database: string, steps: readonly Step[]) {
  const ioc = await start(database);
  try {
    return await answersOf(ioc, steps);
  } finally {
    await ioc.stop();
  }
}

export interface BothAnswers {
  readonly reference: readonly Answer[];
  readonly ours: readonly Answer[];
}

/** Does the same, through the same client, to EPICS Base's IOC and to ours with the same database text. */
export async function throughClient(databaseText: string, steps: readonly Step[]): Promise<BothAnswers> {
  const folder = mkdtempSync(join(tmpdir(), "tomoioc-client-"));
  const database = join(folder, "test.db");
  writeFileSync(database, `${databaseText}\nrecord(ao, "fence") {}\n`);
  try {
    const [reference, ours] = await Promise.all([
      run(startReference, database, steps),
      run(startOurs, database, steps),
    ]);
    return { reference, ours };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
