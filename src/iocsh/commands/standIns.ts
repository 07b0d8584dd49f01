import { argv, defineCommand, int, path, pdbbase, string } from "../command.js";
import type { Argument, Command } from "../shell.js";

type ArgumentList = readonly Argument[];
type Table = Readonly<Record<string, Readonly<Record<string, ArgumentList>>>>;

/** Commands of EPICS Base and pvxs that have nothing to act on here, by reason, with their arguments. */
const baseCommands: Table = {
  "definitions, which are built in": {
    dbDumpDriver: [pdbbase()],
    dbDumpRegistrar: [pdbbase()],
    dbPvdDump: [pdbbase(), int("verbose")],
    dbPutAttribute: [string("record type"), string("attribute name"), string("value")],
    registryDump: [],
    dlload: [path("path/library.so")],
  },
  "queues, which grow as they need": { scanOnceSetQueueSize: [int("size")] },
  "threads, of which records need one": {
    dbLockShowLocked: [int("interest level")],
    epicsMutexShowAll: [int("onlyLocked"), int("level")],
  },
  "the error log, which is standard error": {
    errlogInit: [int("bufSize")],
    errlogInit2: [int("bufSize"), int("maxMsgSize")],
  },
  "the time, which the operating system keeps": {
    ClockTime_Init: [argv("enable_sync")],
    ClockTime_Shutdown: [],
    NTPTime_Report: [argv("interest_level")],
    NTPTime_Shutdown: [],
  },
  "what is not running": {
    casr: [int("level")],
    dbsr: [int("interest level")],
    pvxsr: [int("[show_detailed_information?]")],
    pvxsl: [int("details")],
    pvxsi: [],
    pvxgl: [int("level"), string("pattern")],
    dbLoadGroup: [path("JSON file"), string("macros")],
    pvxrefshow: [],
    pvxrefsave: [],
    pvxrefdiff: [],
    dbpvxr: [string("record name"), int("level")],
    dbpvar: [string("record name"), int("level")],
  },
  "the log of pvAccess, which TOMOIOC_LOG sets": {
    pvxs_log_config: [string("KEY=VAL,KEY=VAL,...")],
    pvxs_log_clear: [],
    pvxs_log_reset: [],
  },
  "access security": {
    asSetFilename: [path("ascf")],
    asSetSubstitutions: [string("substitutions")],
    asInit: [],
    asdbdump: [],
    aspuag: [string("uagname")],
    asphag: [string("hagname")],
    asprules: [string("asgname")],
    aspmem: [string("asgname"), int("clients")],
    astac: [string("recordname"), string("user"), string("host")],
    ascar: [int("level")],
    asDumpHash: [],
  },
  "test programs": {
    acctst: [
      string("channel name"),
      int("interest level"),
      int("channel count"),
      int("repetition count"),
      int("preemptive callback select"),
    ],
    hello: [string("name")],
  },
};

type NamesByTheme = Readonly<Record<string, readonly string[]>>;

/** Names of support modules; the composition root replaces those whose drivers it has. */
const driverNames: NamesByTheme = {
  asyn: [
    "drvAsynIPPortConfigure",
    "drvAsynIPServerPortConfigure",
    "drvAsynSerialPortConfigure",
    "asynOctetSetInputEos",
    "asynOctetSetOutputEos",
    "asynOctetGetInputEos",
    "asynOctetGetOutputEos",
    "asynSetOption",
    "asynShowOption",
    "asynSetTraceMask",
    "asynSetTraceIOMask",
    "asynSetTraceInfoMask",
    "asynSetTraceFile",
    "asynSetTraceIOTruncateSize",
    "asynReport",
    "asynEnable",
    "asynAutoConnect",
    "asynSetAutoConnectTimeout",
    "asynWaitConnect",
    "asynInterposeEosConfig",
    "asynInterposeFlushConfig",
    "asynInterposeEchoConfig",
    "asynInterposeDelay",
    "asynSetMinTimerPeriod",
    "asynSetQueueLockPortTimeout",
    "asynOctetConnect",
    "asynOctetDisconnect",
    "asynOctetRead",
    "asynOctetWrite",
    "asynOctetWriteRead",
    "asynOctetFlush",
  ],
  areaDetector: [
    "simDetectorConfig",
    "ADSpinnakerConfig",
    "ADGenICamConfig",
    "NDROIConfigure",
    "NDCircularBuffConfigure",
    "NDFileHDF5Configure",
    "NDPvaConfigure",
    "NDStdArraysConfigure",
    "NDStatsConfigure",
    "NDProcessConfigure",
    "NDOverlayConfigure",
    "NDTransformConfigure",
    "NDTimeSeriesConfigure",
    "NDFileTIFFConfigure",
    "NDFileNetCDFConfigure",
    "NDFileJPEGConfigure",
    "NDFileNexusConfigure",
    "NDFileMagickConfigure",
    "NDColorConvertConfigure",
    "NDROIStatConfigure",
    "NDAttrConfigure",
    "NDFFTConfigure",
    "NDGatherConfigure",
    "NDScatterConfigure",
    "NDCodecConfigure",
    "NDBadPixelConfigure",
    "NDFileNullConfigure",
    "ffmpegServerConfigure",
    "ffmpegStreamConfigure",
    "startPVAServer",
  ],
  motor: ["motorUtilInit", "motorSimCreate", "motorSimConfigAxis", "motorSimCreateController"],
  "other modules": ["dbLoadAliases", "caPutLogInit", "devIocStatsInitHookRegister"],
};

/** The line that says so. */
export const noEffect = (name: string, why: string): string =>
  `${name}: accepted, has no effect here (${why})`;

const standIn = (theme: string, name: string, args: ArgumentList): Command =>
  defineCommand({
    name,
    args,
    help: `Accepted without effect (${theme}).`,
    run: (_, { warn }) => warn(noEffect(name, theme)),
  });

export const baseStandIns: readonly Command[] = Object.entries(baseCommands).flatMap(([theme, commands]) =>
  Object.entries(commands).map(([name, args]) => standIn(theme, name, args)),
);

export const driverStandIns: readonly Command[] = Object.entries(driverNames).flatMap(([theme, names]) =>
  names.map((name) => standIn(theme, name, [argv("...")])),
);
