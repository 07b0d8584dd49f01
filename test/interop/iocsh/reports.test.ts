import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { mixedRecords } from "./databases.js";
import { assertSame, compareShells, type KnownDifferences, type Session, type Step } from "./reference.js";

const lines = (...texts: string[]): Step[] => texts.map((text) => ["line", text]);

const files = {
  "test.db": `${mixedRecords}
record(calc, "t:remote") { field(INPA, "no:such:record CA") field(INPB, "no:such:other CP MS") }
record(longout, "t:ev2") { field(SCAN, "Event") field(EVNT, "ready") field(PRIO, "MEDIUM") }
`,
};

const scanning: Session = {
  files,
  steps: lines(
    "scanppl",
    "scanpel",
    "scanpiol",
    "callbackQueueShow",
    "scanOnceQueueShow",
    "dbLoadRecords test.db",
    "callbackSetQueueSize 0",
    "callbackSetQueueSize -5",
    "callbackParallelThreads 2 nosuch",
    "afterIocRunning",
    'afterIocRunning "echo later"',
    'afterIocRunning "nosuch"',
    "iocRun",
    "iocPause",
    "iocBuild",
    "iocBuild",
    "iocInit",
    "iocPause",
    "iocRun",
    "iocRun",
    "scanppl",
    "scanppl 10",
    "scanppl 5",
    "scanppl 0.3",
    "scanppl x",
    "scanpel",
    "scanpel ready",
    "scanpel 5",
    "scanpel nosuch",
    "scanpiol",
    "postEvent",
    "postEvent ready",
    "postEvent 5",
    "epicsThreadSleep 0.2",
    "dbgf t:calc.UDF",
    "callbackSetQueueSize 100",
    "callbackParallelThreads 3",
    'afterIocRunning "echo late"',
    "iocPause",
    "iocPause",
    "iocRun",
  ),
};

const links: Session = {
  files,
  steps: [
    ...lines("dbhcr", "dblsr", "dbior", "dbLoadRecords test.db", "dblsr", "iocInit"),
    ["settle"],
    ...lines(
      "dbcar",
      'dbcar "*"',
      "dbcar t:remote",
      "dbcar t:remote 1",
      "dbcar t:remote 2",
      'dbcar "*" 1',
      "dbcar t:nosuch",
      "dbcar t:ai 2",
      "dblsr",
      "dblsr t:ai",
      "dblsr t:ai 1",
      "dblsr t:li 2",
      'dblsr "*" 2',
      "dblsr t:nosuch",
      "dbjlr",
      "dbjlr t:ai",
      "dbjlr t:nosuch",
      "dbel",
      "dbel t:ai",
      "dbel t:ai 2",
      "dbhcr",
      "dbReportDeviceConfig",
      "dbReportDeviceConfig pdbbase",
      "dbior",
      "dbior nosuch 2",
      "dbCreateAlias pdbbase t:bo t:bo2",
      "dbCreateAlias pdbbase t:bo t:ai",
      "dbCreateAlias pdbbase t:nosuch t:bo3",
      "dbCreateAlias",
      "dbCreateAlias x",
      "dbgf t:bo2",
      "dbla",
    ),
  ],
};

const states: Session = {
  steps: lines(
    "dbStateShowAll",
    "dbStateCreate",
    "dbStateCreate red",
    "dbStateCreate red",
    "dbStateCreate green",
    "dbStateShow red",
    "dbStateShow red 1",
    "dbStateShow",
    "dbStateShow nosuch",
    "dbStateSet",
    "dbStateSet red",
    "dbStateSet nosuch",
    "dbStateClear nosuch",
    "dbStateClear",
    "dbStateShow red",
    "dbStateShowAll",
    "dbStateShowAll 1",
    "dbStateClear red",
    "dbStateShow red",
  ),
};

const shellAndSystem: Session = {
  files: { "sub.cmd": "echo sub\n" },
  steps: lines(
    "var",
    "var CASDEBUG",
    "var *limit*",
    "var nosuch",
    "var nosuch 1",
    "var CASDEBUG 3",
    "var CASDEBUG 0x10",
    "var CASDEBUG",
    "var CASDEBUG x",
    'var CASDEBUG ""',
    "var CASDEBUG 1.5",
    "var boHIGHlimit 1e9",
    "var boHIGHlimit 0x10",
    "var boHIGHlimit x",
    'var boHIGHlimit ""',
    "var boHIGHlimit inf",
    "var boHIGHlimit",
    "cd",
    "cd nosuch",
    "pwd",
    "cd ..",
    "pwd extra",
    "cd ours_or_base",
    "echo",
    "date",
    'date "%Y"',
    'date "plain"',
    "epicsEnvSet",
    "epicsEnvSet A",
    "epicsEnvSet A 1",
    "epicsEnvShow A",
    "epicsEnvShow A*B",
    "epicsEnvShow EPICS_CA_A*",
    "epicsEnvUnset",
    "epicsEnvUnset A",
    "epicsEnvUnset A",
    "epicsEnvShow A",
    "epicsPrtEnvParams",
    "epicsParamShow",
    "epicsThreadShow nosuch",
    "epicsThreadResume",
    "epicsThreadResume nosuch",
    "errlog message",
    "iocLogInit",
    "iocLogShow",
    "iocLogShow 1",
    'iocLogPrefix "one "',
    'iocLogPrefix "one "',
    'iocLogPrefix "two "',
    "setIocLogDisable 1",
    "iocLogInit",
    "generalTimeReport",
    "generalTimeReport 1",
    "installLastResortEventProvider",
    "generalTimeReport",
    "ClockTime_Report",
    "dbDumpPath",
    "dbDumpPath pdbbase",
    "dbDumpPath x",
    "dbDumpMenu pdbbase menuPriority",
    "dbDumpMenu pdbbase menuScan",
    "dbDumpMenu pdbbase menuAlarmStat",
    "dbDumpMenu pdbbase nosuch",
    "dbDumpField pdbbase nosuch",
    "dbDumpDevice pdbbase nosuch",
    "dbDumpRecordType pdbbase nosuch",
    "dbDumpRecord pdbbase nosuch",
    "dbDumpFunction pdbbase",
    "registryRecordTypeFind nosuch",
    "registryDeviceSupportFind nosuch",
    "registryDriverSupportFind nosuch",
    "registryFunctionFind nosuch",
    "registryFunctionFind",
    "dbPvdTableSize 1000",
    "help nosuch",
    "help epicsThreadSl??p",
    "coreRelease",
  ),
};

const servers: Session = {
  files,
  served: true,
  steps: lines("casr", "dbLoadRecords test.db", "iocInit", "casr", "casr 1", "dbsr", "dbsr 1", "dbsr x"),
};

const definitions: Session = {
  served: true,
  files: {
    ...files,
    "tables.dbd":
      "breaktable(crooked) { 0.0 0.0 1.5 3.0 10 1234567.125 }\nbreaktable(another) { 0 1 1e-3 2 2 1e30 }\n",
  },
  steps: lines(
    "dbDumpBreaktable",
    "dbLoadDatabase tables.dbd",
    "dbDumpBreaktable",
    "dbDumpBreaktable pdbbase crooked",
    "dbDumpBreaktable pdbbase nosuch",
    "var dbRecordsAbcSorted 1",
    "dbLoadRecords test.db",
    "dbl",
    "dbl waveform",
    "dbDumpMenu pdbbase menuScan",
    "dbDumpMenu pdbbase menuAlarmSevr",
    "dbDumpMenu pdbbase menuYesNo",
    "dbDumpMenu pdbbase menuOmsl",
    "dbDumpMenu pdbbase menuPini",
    "dbDumpLink pdbbase",
  ),
};

/** Base stops in another thread: each step is given a moment. */
const debugging: Session = {
  files,
  steps: [
    ...lines("dbLoadRecords test.db", "iocInit", "dbstat", "dbb", "dbd", "dbap", "dbs", "dbc", "dbp"),
    ...lines(
      "dbb t:nosuch",
      "dbd t:nosuch",
      "dbap t:nosuch",
      "dbc t:nosuch",
      "dbd t:ai",
      "dbs t:ai",
      "dbp t:ai",
    ),
    ...[
      "dbb t:ai",
      "dbb t:ai",
      "dbstat",
      "dbpf t:ao 4",
      "dbp t:ai 0",
      "dbgf t:calc.UDF",
      "dbs",
      "dbp",
      "dbc",
      "dbstat",
      "dbap t:calc",
      "dbap t:calc",
      "dbb t:calc",
      "dbpf t:ao 5",
      "dbc",
      "dbc t:ao",
      "dbd t:calc",
      "dbd t:ai",
      "dbstat",
      "dbpf t:ao 6",
      "dbgf t:calc",
    ].flatMap((text): Step[] => [["line", text], ["settle"]]),
  ],
};

const lineOf = (text: string): Step => ["line", text];

/** Where our answer is meant to be another one. */
const known: KnownDifferences = [
  ...["dbCreateAlias pdbbase t:bo t:ai", "dbCreateAlias pdbbase t:nosuch t:bo3", "dbCreateAlias"].map(
    (text) => [lineOf(text), "Base says the number of its error"] as const,
  ),
  ...["casr 1", "dbsr 1"].map(
    (text) => [lineOf(text), "searches that are broadcast are heard on the broadcast address"] as const,
  ),
  [lineOf("dbDumpLink pdbbase"), "links through pvAccess are built in"],
  [lineOf("dbDumpFunction pdbbase"), "the functions of autosave are built in"],
  [lineOf("help epicsThreadSl??p"), "what a command does is said in our own words"],
];

const sessions = {
  scanning,
  links,
  states,
  "shell and system": shellAndSystem,
  servers,
  debugging,
  definitions,
};

for (const [name, session] of Object.entries(sessions)) {
  test(`reports on ${name} are those of EPICS Base`, needsPython, async () => {
    assertSame(await compareShells(session), known);
  });
}
