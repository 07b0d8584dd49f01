import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { filter, firstValueFrom, map, take, timeout, toArray } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import { describeProblem, loadDatabaseFile } from "../../src/database/index.js";
import { asynRecordDeviceSupport } from "../../src/drivers/asyn/asynRecordDevice.js";
import { PortRegistry } from "../../src/drivers/asyn/portRegistry.js";
import { AerotechController } from "../../src/drivers/pso/aerotech.js";
import { aerotechPort } from "../../src/drivers/pso/aerotechPort.js";
import { PositionSynchronizedOutput } from "../../src/drivers/pso/positionOutput.js";
import { systemClock } from "../../src/drivers/stage/clock.js";
import { motorDeviceSupport } from "../../src/drivers/stage/motorDeviceSupport.js";
import { SimulatedStage } from "../../src/drivers/stage/simulatedStage.js";
import { SharedPvProvider } from "../../src/pva/index.js";
import { createPvDirectory, RecordEngine } from "../../src/records/index.js";
import type { Pv } from "../../src/records/pv.js";
import { type ScanTimes, startTomoScanStream } from "../../src/scan/index.js";
import { numberOf, textOf } from "../../src/scan/pvValues.js";
import { repositoryRoot } from "../support/paths.js";
import { ScriptedDetector } from "./scriptedDetector.js";

export const PREFIX = "2bmb:TomoScanStream:";
export const COUNTS_PER_ROTATION = 360_000;

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
  PSO_ENC_PER_ROTATION: String(COUNTS_PER_ROTATION),
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

const DETECTOR_MACROS = {
  D: "2bmSP1:",
  A: "2bma:A_shutter:",
  B: "2bma:B_shutter:",
  ROT: "2bmb:m102",
  SX: "2bmb:m63",
  SY: "2bmb:m25",
};

/** Hardware that needs no time, and patience that is short. */
const TEST_TIMES: Partial<ScanTimes> = {
  fastShutter: 0,
  shutterRetry: 0.05,
  capture: 0.5,
  frames: 0.5,
  connect: 0.2,
  put: 3,
  motion: 10,
  lastPulse: 0,
  newSpeed: 0,
  firstFrame: 0.05,
  controller: 0,
};

const SECONDS = 15_000;

/** A scan server with its records, a real stage and controller, and a scripted detector. */
export class TestBeamline {
  readonly engine = new RecordEngine();
  readonly structures = new SharedPvProvider();
  readonly directory = createPvDirectory(this.engine, undefined);
  readonly folder = mkdtempSync(join(tmpdir(), "tomoioc-scan-"));
  readonly detector: ScriptedDetector;
  readonly commands: string[] = [];
  readonly #pvs = new Map<string, Pv>();

  constructor(
    context: TestContext,
    settings: Readonly<Record<string, Value>> = {},
    times: Partial<ScanTimes> = {},
  ) {
    const ports = new PortRegistry();
    const stage = ports.add(
      new SimulatedStage("STAGE", [{ name: "rotation" }, { name: "x" }, { name: "y" }]),
    );
    const countsPerUnit = COUNTS_PER_ROTATION / 360;
    const output = new PositionSynchronizedOutput(stage.named("rotation"), countsPerUnit, systemClock);
    const controller = new AerotechController({ X: { output, countsPerUnit } });
    const execute = controller.execute.bind(controller);
    controller.execute = (text) => {
      this.commands.push(text.replaceAll("\0", ""));
      return execute(text.replaceAll("\0", ""));
    };
    ports.add(aerotechPort("PSO_PORT", controller));
    this.engine.addDeviceSupport(motorDeviceSupport(ports));
    this.engine.addDeviceSupport(asynRecordDeviceSupport(ports));
    for (const name of ["tomoScan", "tomoScan_PSO", "tomoScan_2BM", "tomoScanStream"])
      this.load(join(repositoryRoot, "db", `${name}.yaml`), MACROS);
    this.load(join(repositoryRoot, "test/scan/detector.db"), DETECTOR_MACROS);
    this.engine.iocInit();

    const defaults: Record<string, Value> = {
      RotationStart: 0,
      RotationStep: 1,
      NumAngles: 180,
      NumDarkFields: 3,
      NumFlatFields: 4,
      ExposureTime: 0.002,
      FilePath: `${this.folder}/`,
      FileName: "scan",
      Testing: 1,
      StreamNumCapture: 20,
      StreamScanType: "backforth",
    };
    for (const [name, value] of Object.entries({ ...defaults, ...settings })) this.set(name, value);
    this.pv("2bmSP1:HDF1:FileTemplate").write("%s%s_%3.3d.h5");

    this.detector = new ScriptedDetector(
      (name) => this.pv(name),
      (name) => this.engine.get(name),
      "2bmSP1:",
      PREFIX,
    );
    const triggers = output.pulses$.subscribe(() => this.detector.trigger());
    const server = startTomoScanStream({
      pvs: this.directory,
      prefix: PREFIX,
      structures: this.structures,
      times: { ...TEST_TIMES, ...times },
    });
    context.after(async () => {
      await server.stop();
      triggers.unsubscribe();
      this.detector.close();
      output.close();
      this.engine.stop();
      ports.close();
      rmSync(this.folder, { recursive: true });
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
    return record.includes(":") ? textOf(this.engine.get(record)) : textOf(this.engine.get(PREFIX + record));
  }

  number(record: string): number {
    return numberOf(this.engine.get(record.includes(":") ? record : PREFIX + record));
  }

  /** Waits until a record of the scan server shows a text or a number. */
  async shows(record: string, wanted: string | number | RegExp): Promise<string> {
    const name = record.includes(":") ? record : PREFIX + record;
    const meets = (text: string): boolean =>
      wanted instanceof RegExp ? wanted.test(text) : text === String(wanted);
    return firstValueFrom(
      this.pv(name).sample$.pipe(
        map(({ value }) => textOf(value)),
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
        map(({ value }) => textOf(value)),
        take(count),
        toArray(),
        timeout(SECONDS),
      ),
    );
  }

  /** Presses StartScan; resolves as a put-callback does, when the scan is over. */
  startScan(): Promise<void> {
    return this.pv(`${PREFIX}StartScan`).writeNotify(1, { timeoutSeconds: 30 });
  }

  /** Presses a busy button and waits for it to return. */
  press(button: string): Promise<void> {
    return this.pv(PREFIX + button).writeNotify(1, { timeoutSeconds: 30 });
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

  private load(path: string, macros: Readonly<Record<string, string>>): void {
    const { definition, problems } = loadDatabaseFile(path, macros, {
      catalog: this.engine.catalog,
      environment: {},
    });
    const all = [...problems, ...this.engine.load(definition)].map(describeProblem);
    if (all.length > 0) throw new Error(all.join("\n"));
  }
}
