import { logger } from "../libcom/log.js";
import { BACKEND_NAMES, type BackendName, startTomoStream } from "../recon/index.js";
import {
  OPTICS_OF_2BM,
  type OpticsCatalog,
  readCatalog,
  type ScanTimes,
  scanKindOf,
  startCaptureTrigger,
  startMctOptics,
  startTomoScan,
} from "../scan/index.js";
import type { IocParts, Stoppable } from "./iocParts.js";

const log = logger("ioc");

/** A server that runs beside the records it is steered by. */
interface ProcessServer {
  readonly name: string;
  /** Names that every set of its records has after the prefix. */
  readonly records: readonly [string, ...string[]];
  /** Set to `external` in the environment, this variable leaves the work to a server of somebody else. */
  readonly variable: string;
  start(ioc: IocParts, prefix: string): Stoppable;
}

const processServers: readonly ProcessServer[] = [
  {
    name: "tomoScan",
    records: ["StartScan", "ScanStatus", "MoveSampleIn"],
    variable: "TOMOSCAN_SERVER",
    start: (ioc, prefix) =>
      startTomoScan({
        pvs: ioc.pvs,
        prefix,
        kind: scanKindOf((record) => ioc.engine.record(prefix + record) !== undefined),
        structures: ioc.sharedPvs,
        times: scanTimes(ioc.environment),
      }),
  },
  {
    name: "captureTrigger",
    records: ["TriggerArm", "TriggerSource", "StreamCapture"],
    variable: "CAPTURE_TRIGGER",
    start: (ioc, prefix) =>
      startCaptureTrigger({
        pvs: ioc.pvs,
        prefix,
        imageStreams: ioc.imageStreams,
        structures: ioc.sharedPvs,
        pvaClient: ioc.pvaClient,
      }),
  },
  {
    name: "mctOptics",
    records: ["LensSelect", "CameraSelect", "MCTStatus"],
    variable: "MCTOPTICS_SERVER",
    start: (ioc, prefix) => startMctOptics({ pvs: ioc.pvs, prefix, catalog: opticsCatalog(ioc.environment) }),
  },
  {
    name: "tomoStream",
    records: ["ReconPVAName", "StartRecon", "ReconStatus"],
    variable: "TOMOSTREAM_SERVER",
    start: (ioc, prefix) =>
      startTomoStream({
        pvs: ioc.pvs,
        prefix,
        imageStreams: ioc.imageStreams,
        pvaClient: ioc.pvaClient,
        publish: ioc.sharedPvs,
        backend: reconBackend(ioc.environment),
      }),
  },
];

/** A fast shutter whose status is not readable gets 2 s, unless the beamline's is known to be quicker. */
function scanTimes(environment: NodeJS.ProcessEnv): Partial<ScanTimes> {
  const seconds = Number(environment["TOMOSCAN_FAST_SHUTTER_SECONDS"] ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? { fastShutter: seconds } : {};
}

/** MCTOPTICS_DATA is a directory with lens.json, camera.json and scintillator.json, as the Python server's. */
function opticsCatalog(environment: NodeJS.ProcessEnv): OpticsCatalog {
  const directory = environment["MCTOPTICS_DATA"];
  return directory === undefined ? OPTICS_OF_2BM : readCatalog(directory, (problem) => log.warn(problem));
}

/** TOMOSTREAM_BACKEND forces a backend; otherwise a GPU is used where one answers, else WebAssembly. */
function reconBackend(environment: NodeJS.ProcessEnv): BackendName | undefined {
  const wanted = environment["TOMOSTREAM_BACKEND"];
  const known = BACKEND_NAMES.find((name) => name === wanted);
  if (wanted !== undefined && known === undefined)
    log.warn(`TOMOSTREAM_BACKEND=${wanted} is none of ${BACKEND_NAMES.join(", ")}: ignored`);
  return known;
}

/** Prefixes under which all of the server's records are here. */
function* prefixesOf({ records }: ProcessServer, ioc: IocParts): Iterable<string> {
  const [first, ...others] = records;
  for (const name of ioc.engine.recordNames()) {
    if (!name.endsWith(first)) continue;
    const prefix = name.slice(0, -first.length);
    if (others.every((other) => ioc.engine.record(prefix + other) !== undefined)) yield prefix;
  }
}

/** Starts the server of each set of scan or reconstruction records, unless the environment says that another one runs. */
export function startProcessServers(ioc: IocParts): void {
  for (const server of processServers) {
    const isExternal = ioc.environment[server.variable]?.toLowerCase() === "external";
    for (const prefix of prefixesOf(server, ioc)) {
      if (isExternal) {
        log.info(`${prefix}: ${server.name} is left to an external server`);
        continue;
      }
      ioc.own(server.start(ioc, prefix));
    }
  }
}
