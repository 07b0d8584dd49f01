import { join } from "node:path";
import type { TestContext } from "node:test";
import { firstValueFrom } from "rxjs";
import type { CaServer } from "../../src/ca/index.js";
import type { Value } from "../../src/channel/dbf.js";
import { asynRecordDeviceSupport } from "../../src/drivers/asyn/asynRecordDevice.js";
import { PortRegistry } from "../../src/drivers/asyn/portRegistry.js";
import { AerotechController } from "../../src/drivers/pso/aerotech.js";
import { aerotechPort } from "../../src/drivers/pso/aerotechPort.js";
import { PositionSynchronizedOutput } from "../../src/drivers/pso/positionOutput.js";
import { systemClock } from "../../src/drivers/stage/clock.js";
import { motorDeviceSupport } from "../../src/drivers/stage/motorDeviceSupport.js";
import { SimulatedStage } from "../../src/drivers/stage/simulatedStage.js";
import { createPvDirectory, RecordEngine } from "../../src/records/index.js";
import type { ScanTimes } from "../../src/scan/index.js";
import { clientOf, startServer } from "../ca/support/loopback.js";
import { repositoryRoot } from "../support/paths.js";
import { PREFIX, ScanRig } from "./scanRig.js";
import { ScriptedDetector } from "./scriptedDetector.js";

export { PREFIX } from "./scanRig.js";

export const COUNTS_PER_ROTATION = 360_000;

const DETECTOR_MACROS = {
  D: "2bmSP1:",
  A: "2bma:A_shutter:",
  B: "2bma:B_shutter:",
  ROT: "2bmb:m102",
  SX: "2bmb:m63",
  SY: "2bmb:m25",
  M: "2bm:MCTOptics:",
};

const SETTINGS: Readonly<Record<string, Value>> = {
  RotationStart: 0,
  RotationStep: 1,
  NumAngles: 180,
  NumDarkFields: 3,
  NumFlatFields: 4,
  ExposureTime: 0.002,
  FileName: "scan",
  Testing: 1,
  StreamNumCapture: 20,
  StreamScanType: "backforth",
};

/** A scan server whose hardware is behind a Channel Access server. */
export interface RemoteBeamline {
  readonly beamline: TestBeamline;
  readonly server: CaServer;
}

export interface TestBeamlineOptions {
  /** Where the hardware is, when it is not in the server's process. */
  readonly hardware?: RecordEngine;
  /** The databases of the server; those of the stream server unless given. */
  readonly databases?: readonly string[];
}

/** A scan server with its records, a real stage and controller, and a scripted detector. */
export class TestBeamline extends ScanRig {
  readonly detector: ScriptedDetector;
  readonly commands: string[] = [];
  readonly #start: () => void;

  constructor(
    context: TestContext,
    settings: Readonly<Record<string, Value>> = {},
    times: Partial<ScanTimes> = {},
    { hardware, databases }: TestBeamlineOptions = {},
  ) {
    super(context, hardware);
    const ports = new PortRegistry();
    const stage = ports.add(
      new SimulatedStage("STAGE", [{ name: "rotation" }, { name: "x" }, { name: "y" }]),
    );
    const countsPerUnit = COUNTS_PER_ROTATION / 360;
    const output = new PositionSynchronizedOutput(stage.named("rotation"), countsPerUnit, systemClock);
    const controller = new AerotechController({ X: { output, countsPerUnit } });
    const execute = controller.execute.bind(controller);
    controller.execute = (text) => {
      const command = text.replaceAll("\0", "");
      this.commands.push(command);
      return execute(command);
    };
    ports.add(aerotechPort("PSO_PORT", controller));
    this.hardware.addDeviceSupport(motorDeviceSupport(ports));
    this.engine.addDeviceSupport(asynRecordDeviceSupport(ports));
    this.loadServer({}, databases);
    this.load(join(repositoryRoot, "test/scan/detector.db"), DETECTOR_MACROS, this.hardware);
    this.engine.iocInit();
    if (hardware !== undefined) hardware.iocInit();

    const inside = createPvDirectory(this.hardware, undefined);
    this.hardware.put("2bmSP1:HDF1:FileTemplate", "%s%s_%3.3d.h5");
    this.detector = new ScriptedDetector(
      (name) => inside.pv(name),
      (name) => (this.engine.has(name) ? this.engine : this.hardware).get(name),
      "2bmSP1:",
      PREFIX,
    );
    const triggers = output.pulses$.subscribe(({ position }) => this.detector.trigger(position));
    this.after(() => {
      triggers.unsubscribe();
      this.detector.close();
      output.close();
      ports.close();
    });
    const known = (record: string): boolean => this.engine.has(PREFIX + record);
    const all: Readonly<Record<string, Value>> = { ...SETTINGS, FilePath: `${this.folder}/`, ...settings };
    const own = Object.fromEntries(Object.entries(all).filter(([record]) => known(record)));
    this.#start = () => this.serve(own, times);
    if (hardware === undefined) this.#start();
  }

  /** A beamline whose hardware is another IOC, reached through Channel Access. */
  static async remote(
    context: TestContext,
    settings: Readonly<Record<string, Value>>,
    options: Omit<TestBeamlineOptions, "hardware"> = {},
  ): Promise<RemoteBeamline> {
    const hardware = new RecordEngine();
    const beamline = new TestBeamline(context, settings, { connect: 2 }, { hardware, ...options });
    const server = await startServer([hardware]);
    const client = clientOf(server);
    beamline.after(async () => {
      client.close();
      await server.stop();
      hardware.stop();
    });
    beamline.connectHardware(client);
    beamline.#start();
    return { beamline, server };
  }

  /** Starts a scan and waits for its first frame; the camera tells before ImagesCollected does. */
  override async stream(): Promise<{ ended: Promise<void> }> {
    await this.served();
    const first = firstValueFrom(this.detector.taken$);
    const ended = this.startScan();
    ended.catch(() => {});
    await Promise.race([first, ended]);
    return { ended };
  }

  /** Where the stage was when the last frame of this id was taken. */
  angleOf(id: number): number {
    return this.detector.frames.findLast((frame) => frame.id === id)?.angle ?? Number.NaN;
  }
}
