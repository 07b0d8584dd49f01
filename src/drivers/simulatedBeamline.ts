import { toNumber } from "../channel/number.js";
import type { Pv } from "../records/pv.js";
import type { PortRegistry } from "./asyn/portRegistry.js";
import type { FrameSourceOptions, Illumination } from "./camera/frameSource.js";
import { SimulatedCamera } from "./camera/simulatedCamera.js";
import type { ArrayPorts } from "./ndarray/arrayPorts.js";
import type { NDArrayPool } from "./ndarray/ndArrayPool.js";
import { AerotechController } from "./pso/aerotech.js";
import { aerotechPort } from "./pso/aerotechPort.js";
import { PositionSynchronizedOutput } from "./pso/positionOutput.js";
import { createFrontEnd, type FrontEnd } from "./shutters/frontEnd.js";
import type { SimulatedAxis, SimulatedAxisOptions } from "./stage/axis.js";
import { type Clock, systemClock } from "./stage/clock.js";
import { SimulatedStage } from "./stage/simulatedStage.js";

/** Axes of the stage controller in the order of their addresses; db/stage.yaml gives them their motor records. */
const STAGE_AXES = [
  "rotation",
  "sampleX",
  "sampleY",
  "sampleTop0",
  "sampleTop90",
  "hexapodY",
  "lens",
  "camera",
  "focus0",
  "focus1",
  "focus2",
  "cameraRotation0",
  "cameraRotation1",
] as const;

/** Encoder counts per turn of the rotation stage of 2-BM-B. */
export const COUNTS_PER_ROTATION = 11_840_158;

/** The sample is out of the beam when X or Y is further than this from zero, in mm. */
const SAMPLE_OUT_DISTANCE = 0.5;

export interface SimulatedBeamlineOptions {
  readonly ports: PortRegistry;
  readonly arrayPorts: ArrayPorts;
  readonly pool: NDArrayPool;
  /** Asyn port names; the defaults are those of db/beamline.yaml and of 2-BM-B's scripts. */
  readonly cameraPort?: string;
  readonly stagePort?: string;
  readonly psoPort?: string;
  readonly shutterPort?: string;
  readonly ringPort?: string;
  readonly source: FrameSourceOptions;
  /** Whether the beam reaches the sample, where shutters are elsewhere; absent makes a front end here. */
  readonly beamIsOn?: () => boolean;
  /** The axis name in PSO commands. */
  readonly psoAxis?: string;
  readonly countsPerRotation?: number;
  readonly clock?: Clock;
  /** For EPICS_PV attributes of frames. */
  lookupPv?(name: string): Pv;
  /** Resolves once no plugin has frames queued. */
  pluginsIdle?(): Promise<void>;
}

export interface SimulatedBeamline {
  readonly camera: SimulatedCamera;
  readonly stage: SimulatedStage;
  readonly rotation: SimulatedAxis;
  /** The shutters of this process, if it has them. */
  readonly frontEnd: FrontEnd | undefined;
  /** The motion controller, to be served on TCP where another process drives it. */
  readonly controller: AerotechController;
  /** What reaches the detector now. */
  illumination(): Illumination;
  /** Puts another camera before the sample, on the same triggers; throws when the port's name is taken. */
  addCamera(portName: string, source: FrameSourceOptions): SimulatedCamera;
  /** Takes its ports away. */
  close(): void;
}

/**
 * A whole beamline without hardware: a rotating sample before a camera, triggered by the stage's position, behind two shutters. Adds its
 * ports (camera, stage, controller, shutters, ring) to the registries; throws when a name is taken.
 */
export function createSimulatedBeamline(options: SimulatedBeamlineOptions): SimulatedBeamline {
  const { ports, arrayPorts, pool, clock = systemClock } = options;
  const stage = ports.add(new SimulatedStage(options.stagePort ?? "ROT", axesOf(clock)));
  const rotation = stage.named("rotation");
  const frontEnd = options.beamIsOn === undefined ? createFrontEnd(ports, options) : undefined;
  const countsPerUnit = (options.countsPerRotation ?? COUNTS_PER_ROTATION) / 360;
  const output = new PositionSynchronizedOutput(rotation, countsPerUnit, clock);
  const controller = new AerotechController({ [options.psoAxis ?? "X"]: { output, countsPerUnit } });
  const pso = ports.add(aerotechPort(options.psoPort ?? "PSO_PORT", controller));
  const beam = options.beamIsOn ?? (() => frontEnd?.beamIsOn() ?? false);
  const illumination = () => illuminationOf(beam(), stage);
  const cameras: SimulatedCamera[] = [];
  const addCamera = (portName: string, source: FrameSourceOptions): SimulatedCamera => {
    const camera = ports.add(
      new SimulatedCamera({
        portName,
        pool,
        source,
        clock,
        triggers$: output.pulses$,
        angleAt: (time) => rotation.positionAt(time),
        illumination,
        ...(options.lookupPv === undefined ? {} : { lookupPv: options.lookupPv }),
        pluginsIdle: options.pluginsIdle ?? (() => pool.whenIdle()),
      }),
    );
    arrayPorts.add(camera);
    cameras.push(camera);
    return camera;
  };
  return {
    camera: addCamera(options.cameraPort ?? "SP1", options.source),
    addCamera,
    stage,
    rotation,
    frontEnd,
    controller,
    illumination,
    close: () => {
      output.close();
      frontEnd?.close();
      for (const port of [...cameras, pso, stage]) ports.remove(port.portName);
    },
  };
}

/** Only the rotation turns for ever. */
const axesOf = (clock: Clock): SimulatedAxisOptions[] => STAGE_AXES.map((name) => ({ name, clock }));

function illuminationOf(beam: boolean, stage: SimulatedStage): Illumination {
  if (!beam) return "dark";
  const isOut = (["sampleX", "sampleY"] as const).some(
    (axis) => Math.abs(stage.named(axis).status.position) > SAMPLE_OUT_DISTANCE,
  );
  return isOut ? "flat" : "projection";
}

const LARGEST_IMAGE = 8192;

/** `256`, or `640x480`. */
function imageSize(text: string): { size: number; rows: number } {
  const [size = Number.NaN, rows = size, ...rest] = text.split("x").map(Number);
  const valid = (pixels: number) => Number.isInteger(pixels) && pixels >= 8 && pixels <= LARGEST_IMAGE;
  if (valid(size) && valid(rows) && rest.length === 0) return { size, rows };
  throw new Error(`image size "${text}" is not N or NxM between 8 and ${LARGEST_IMAGE}`);
}

/**
 * What a camera sees, of that size: `phantom` or nothing, `precomputed` for a phantom at any rate, `pattern` for one to check pixels by; or a
 * Data Exchange file, which brings its own size.
 */
export function frameSourceOf(size: string, source: string): FrameSourceOptions {
  switch (source) {
    case "":
    case "phantom":
      return { kind: "phantom", ...imageSize(size) };
    case "precomputed":
      return { kind: "phantom", cached: true, ...imageSize(size) };
    case "pattern":
      return { kind: "pattern", ...imageSize(size) };
    default:
      return { kind: "replay", file: source };
  }
}

/**
 * The beam as PVs of a front end elsewhere tell it: on while all of them are 1. They are looked for when the first image asks,
 * so that records of this process are found too.
 */
function beamByPvs(names: readonly string[], lookupPv: (name: string) => Pv): () => boolean {
  let pvs: readonly Pv[] | undefined;
  return () => {
    pvs ??= names.map(lookupPv);
    return pvs.every((pv) => toNumber(pv.sample?.value) === 1);
  };
}

/**
 * What the iocsh command of that name makes of its arguments: `simBeamlineConfigure(SP1, ROT, PSO_PORT, 256, source, beam)`, where `source`
 * is `phantom` (or nothing), `precomputed` for a phantom at any rate, `pattern` for one to check pixels by, or a Data Exchange file, which
 * brings its own size. `beam` names the PVs that are all 1 while the beam is
 * on, one space between them; without it shutters are made here.
 */
export const simBeamlineConfigure = (
  context: Pick<SimulatedBeamlineOptions, "ports" | "arrayPorts" | "pool" | "lookupPv" | "pluginsIdle">,
  [
    cameraPort = "SP1",
    stagePort = "ROT",
    psoPort = "PSO_PORT",
    size = "256",
    source = "",
    beam = "",
  ]: readonly string[],
): SimulatedBeamline => {
  const { lookupPv } = context;
  const names = beam.split(/\s+/).filter((name) => name !== "");
  return createSimulatedBeamline({
    ...context,
    ...(names.length > 0 && lookupPv !== undefined ? { beamIsOn: beamByPvs(names, lookupPv) } : {}),
    cameraPort,
    stagePort,
    psoPort,
    source: frameSourceOf(size, source),
  });
};
