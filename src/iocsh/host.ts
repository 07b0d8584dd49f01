import type { Value } from "../channel/dbf.js";
import type { ChannelProvider, WriteResult } from "../channel/provider.js";
import type { DatabaseDefinition, DatabaseProblem, RecordTypeCatalog } from "../database/recordDefinition.js";
import type { Result } from "../libcom/result.js";
import type { Breakpoints } from "../records/breakpoints.js";
import type { CallbackQueue } from "../records/callbackQueue.js";
import type { DbRecord } from "../records/dbRecord.js";
import type { Definitions } from "../records/definitions.js";
import type { DeviceRecord } from "../records/deviceSupport.js";
import type { EngineState } from "../records/engine.js";
import type { RecordFunction } from "../records/functions.js";
import type { InitHook } from "../records/initHooks.js";
import type { PvDirectory } from "../records/pv.js";
import type { RecordType } from "../records/recordType.js";
import type { Scanner } from "../records/scan/scanner.js";

/** The part of the record engine that commands and autosave use; `RecordEngine` is one. */
export interface ShellEngine extends ChannelProvider {
  readonly catalog: RecordTypeCatalog;
  load(database: DatabaseDefinition): readonly DatabaseProblem[];
  readonly recordTypes: ReadonlyMap<string, RecordType>;
  /** In the order of loading, without aliases. */
  recordNames(): Iterable<string>;
  aliases(): Iterable<{ readonly alias: string; readonly record: string }>;
  /** Records and aliases together, in the order of loading. */
  allNames(): Iterable<{ readonly name: string; readonly record: string }>;
  addAlias(record: string, alias: string): Result<void>;
  /** Makes a function known to `sub` and `aSub` records. */
  registerFunction(name: string, run: RecordFunction): void;
  record(name: string): DeviceRecord | undefined;
  /** The record with what runs it. */
  instance(name: string): DbRecord | undefined;
  get(name: string): Value;
  getString(name: string): string;
  put(name: string, value: Value): WriteResult;
  putNotify(name: string, value: Value): Promise<WriteResult>;
  readonly state: EngineState;
  iocRun(): boolean;
  iocPause(): boolean;
  readonly scanner: Pick<Scanner, "periodic" | "events">;
  readonly callbacks: Pick<CallbackQueue, "length" | "highWaterMark" | "resetHighWaterMark">;
  /** What .dbd files added to what is built in. */
  readonly definitions: Pick<Definitions, "choicesOf" | "breakTable" | "breakTables">;
  readonly breakpoints: Breakpoints;
  /** Functions of `sub` and `aSub` records. */
  functionNames(): Iterable<string>;
  deviceChoices(recordType: string): readonly string[];
  installLastResortEventProvider(): void;
  readonly hasLastResortEventProvider: boolean;
  postEvent(event: string | number): void;
  /** Switches shared by name. */
  readonly states: {
    create(name: string): void;
    get(name: string): boolean | undefined;
    set(name: string, value: boolean): boolean;
    names(): Iterable<string>;
  };
  onInitHook(name: InitHook, listener: () => void): void;
}

/**
 * What the shell needs of the IOC around it. The composition root implements it and adds the commands of its drivers
 * and servers with `registerCommand` (casr, pvxsr, NDROIConfigure, ...).
 */
export interface IocshHost {
  readonly engine: ShellEngine;
  /** Where PVs of other IOCs are found; absent where there are none. */
  readonly otherIocs?: PvDirectory;
  /** What `$(X)` expands from and epicsEnvSet changes. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where the package keeps `db/`: stands for $(AUTOSAVE), $(ASYN) ... where a boot directory has no envPaths. */
  readonly packageDirectory: string;
  /** Loads a database file of any kind; returns one line for each thing wrong, the rest is loaded. */
  loadRecords(path: string, macros: Readonly<Record<string, string>>): readonly string[];
  /** The same for a .dbd file, looked for in `path`; one that is not there counts as built in. */
  loadDefinitions(
    file: string,
    path: string | undefined,
    macros: Readonly<Record<string, string>>,
  ): readonly string[];
  /** The same for a substitutions file. */
  loadTemplate(
    path: string,
    macros: Readonly<Record<string, string>>,
    searchPath?: string,
  ): readonly string[];
  /** Hears of each database file once it is loaded, and of the macros it got. */
  onRecordsLoaded(listener: (file: string, macros: Readonly<Record<string, string>>) => void): void;
  /** The first half of iocInit: records are initialised and rest. */
  iocBuild(): void | Promise<void>;
  /** Initialises what `iocBuild` has not yet, runs records, servers and process chains; rejects or throws with one line when it cannot. */
  iocInit(): void | Promise<void>;
  /** iocInit has begun: records can no longer be loaded. */
  readonly initialised: boolean;
  /** One line about the software, for coreRelease and iocInit. */
  readonly release: string;
}
