import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { filter, firstValueFrom, map, take, timeout, toArray } from "rxjs";
import type { CaClient } from "../../src/ca/index.js";
import type { Value } from "../../src/channel/dbf.js";
import { toNumber } from "../../src/channel/number.js";
import { toText } from "../../src/channel/text.js";
import { describeProblem, loadDatabaseFile } from "../../src/database/index.js";
import { errorMessage } from "../../src/libcom/errorMessage.js";
import { SharedPvProvider } from "../../src/pva/index.js";
import { createPvDirectory, RecordEngine } from "../../src/records/index.js";
import type { Pv, PvDirectory } from "../../src/records/pv.js";
import { type ScanTimes, scanKindOf, startTomoScan } from "../../src/scan/index.js";
import { repositoryRoot } from "../support/paths.js";
import { ObservedPvs } from "./observedPvs.js";

/** What a stream server has of upstream's databases. */
export const STREAM_DATABASES = ["tomoScan", "tomoScan_PSO", "tomoScan_2BM", "tomoScanStream"];

export const PREFIX = "2bmb:TomoScanStream:";

const MACROS: Readonly<Record<string, string>> = {
  P: "2bmb:",
  R: "TomoScanStream:",
  CAMERA: "2bmSP1:",
  FILE_PLUGIN: "2bmSP1:HDF1:",
  ROTATION: "2bmb:m102",
  SAMPLE_X: "2bmb:m63",
  SAMPLE_Y: "2bmb:m25",
  CLOSE_SHUTTER: "2bma:A_shutter:close.VAL",
  CLOSE_VALUE: "1",
  OPEN_SHUTTER: "2bma:A_shutter:open.VAL",
  OPEN_VALUE: "1",
  PSO_MODEL: "0",
  PSO_PORT: "PSO_PORT",
  PSO_AXIS_NAME: "X",
  PSO_ENC_INPUT: "3",
  PSO_ENC_PER_ROTATION: "360000",
  BEAM_READY: "2bma:BeamReady",
  READY_VALUE: "1",
  CLOSE_FAST_SHUTTER: "2bma:B_shutter:close.VAL",
  CLOSE_FAST_VALUE: "1",
  OPEN_FAST_SHUTTER: "2bma:B_shutter:open.VAL",
  OPEN_FAST_VALUE: "1",
  SHUTTER_STATUS: "2bma:A_shutter:status",
  MCT_OPTICS: "2bm:MCTOptics:",
  PVA_PLUGIN: "2bmSP1:Pva1:",
  ROI_PLUGIN: "2bmSP1:ROI1:",
  CB_PLUGIN: "2bmSP1:CB1:",
  PVA_STREAM: PREFIX,
};

/** Hardware that needs no time, and patience for a busy machine; no wait for what a test leaves out. */
const TEST_TIMES: Partial<ScanTimes> = {
  fastShutter: 0,
  shutterRetry: 0.05,
  capture: 10,
  drain: 10,
  frames: 10,
  connect: 0.2,
  put: 10,
  motion: 20,
  lastPulse: 0,
  newSpeed: 0,
  controller: 0,
};

const SECONDS = 60_000;

/** No scan of a test takes longer, whatever else the machine does. */
const SCAN_SECONDS = 120;

/** A record engine with the records of the scan server, and the server when it was started. */
export class ScanRig {
  readonly engine = new RecordEngine();
  readonly structures = new SharedPvProvider();
  /** Where the hardware's records are: in this process, or behind a Channel Access server. */
  readonly hardware: RecordEngine;
  #directory: PvDirectory = createPvDirectory(this.engine, undefined);
  #observed: ObservedPvs | undefined;
  readonly folder = mkdtempSync(join(tmpdir(), "tomoioc-scan-"));
  readonly #pvs = new Map<string, Pv>();

  readonly #cleanUps: (() => unknown)[] = [() => rmSync(this.folder, { recursive: true })];

  constructor(context: TestContext, hardware?: RecordEngine) {
    this.hardware = hardware ?? this.engine;
    context.after(async () => {
      for (const cleanUp of this.#cleanUps.reverse()) await cleanUp();
    });
  }

  /** What the server does to PVs. */
  get observed(): ObservedPvs {
    if (this.#observed === undefined) throw new Error("the server was not started");
    return this.#observed;
  }

  get directory(): PvDirectory {
    return this.#directory;
  }

  /** Reaches the records of the hardware through Channel Access from now on. */
  connectHardware(client: CaClient): void {
    this.#directory = createPvDirectory(this.engine, client);
  }

  #get(name: string): Value {
    return this.engine.has(name) ? this.engine.get(name) : this.hardware.get(name);
  }

  /** Done at the end of the test, the last one given first. */
  after(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Loads the databases of tomoScan; `macros` replace those of 2-BM-B. */
  loadServer(
    macros: Readonly<Record<string, string>> = {},
    names: readonly string[] = STREAM_DATABASES,
  ): void {
    for (const name of names) this.load(join(repositoryRoot, "db", `${name}.yaml`), { ...MACROS, ...macros });
  }

  /** Sets records of a running engine and starts the server on them; both stop at the end of the test. */
  serve(settings: Readonly<Record<string, Value>>, times: Partial<ScanTimes>): void {
    for (const [name, value] of Object.entries(settings)) this.set(name, value);
    this.#observed = new ObservedPvs(this.directory);
    const server = startTomoScan({
      pvs: this.#observed,
      prefix: PREFIX,
      kind: scanKindOf((record) => this.engine.has(PREFIX + record)),
      structures: this.structures,
      times: { ...TEST_TIMES, ...times },
    });
    this.after(async () => {
      await server.stop();
      this.engine.stop();
    });
  }

  /** A PV by its full name, opened once. */
  pv(name: string): Pv {
    const known = this.#pvs.get(name) ?? this.directory.pv(name);
    this.#pvs.set(name, known);
    return known;
  }

  /** Writes a record of the scan server. */
  set(record: string, value: Value): void {
    this.pv(PREFIX + record).write(value);
  }

  text(record: string): string {
    return toText(this.#get(record.includes(":") ? record : PREFIX + record));
  }

  number(record: string): number {
    return toNumber(this.#get(record.includes(":") ? record : PREFIX + record));
  }

  /** Waits until a record of the scan server shows a text or a number. */
  async shows(record: string, wanted: string | number | RegExp): Promise<string> {
    const name = record.includes(":") ? record : PREFIX + record;
    const meets = (text: string): boolean =>
      wanted instanceof RegExp ? wanted.test(text) : text === String(wanted);
    return firstValueFrom(
      this.pv(name).sample$.pipe(
        map(({ value }) => toText(value)),
        filter(meets),
        timeout({
          first: SECONDS,
          with: () => {
            throw new Error(
              `${name} shows "${this.text(name)}", not ${wanted}; scan: ${this.text("ScanStatus")}`,
            );
          },
        }),
      ),
    );
  }

  /** The next texts of a record, the present one first. */
  texts(record: string, count: number): Promise<string[]> {
    return firstValueFrom(
      this.pv(PREFIX + record).sample$.pipe(
        map(({ value }) => toText(value)),
        take(count),
        toArray(),
        timeout(SECONDS),
      ),
    );
  }

  /** Presses StartScan; resolves as a put-callback does, when the scan is over. */
  async startScan(): Promise<void> {
    const started = this.pv(`${PREFIX}StartScan`).writeNotify(1, { timeoutSeconds: SCAN_SECONDS });
    await started.catch((error: unknown) => {
      throw new Error(`${errorMessage(error)}; scan: ${this.text("ScanStatus")}`);
    });
  }

  /** Presses a busy button and waits for it to return. */
  press(button: string): Promise<void> {
    return this.pv(PREFIX + button).writeNotify(1, { timeoutSeconds: 60 });
  }

  /** Waits until the server has set the beamline up. */
  served(): Promise<string> {
    return this.shows("OverwriteWarning", 1);
  }

  /** Starts a scan and waits until frames come; `ended` resolves when the scan is over. */
  async stream(): Promise<{ ended: Promise<void> }> {
    await this.served();
    const ended = this.startScan();
    // A test that fails earlier is not told about the scan that it left running.
    ended.catch(() => {});
    await this.shows("ImagesCollected", /^[1-9]\d*\//);
    return { ended };
  }

  load(path: string, macros: Readonly<Record<string, string>>, engine = this.engine): void {
    const { definition, problems } = loadDatabaseFile(path, macros, {
      catalog: engine.catalog,
      environment: {},
    });
    const all = [...problems, ...engine.load(definition)].map(describeProblem);
    if (all.length > 0) throw new Error(all.join("\n"));
  }
}
