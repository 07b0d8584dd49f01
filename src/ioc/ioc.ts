import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CaClient, CaServer } from "../ca/index.js";
import {
  type DatabaseSink,
  type DatabaseVariables,
  describeProblem,
  type ReadReport,
  readDatabaseFile,
  readDefinitionsFile,
  readSubstitutionsFile,
} from "../database/index.js";
import { asynDeviceSupports } from "../drivers/asyn/asynDeviceSupport.js";
import { asynRecordDeviceSupport } from "../drivers/asyn/asynRecordDevice.js";
import { PortRegistry } from "../drivers/asyn/portRegistry.js";
import { ArrayPorts, ImageStreams } from "../drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../drivers/ndarray/ndArrayPool.js";
import { motorDeviceSupport } from "../drivers/stage/motorDeviceSupport.js";
import { Iocsh, type IocshHost, type ShellStreams, type ShellVariable } from "../iocsh/index.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { logger } from "../libcom/log.js";
import { packageDirectory } from "../libcom/packageDirectory.js";
import { PvaClient, PvaServer, SharedPvProvider } from "../pva/index.js";
import type { DeviceSupport } from "../records/deviceSupport.js";
import { createPvDirectory, type PvDirectory, RecordEngine } from "../records/index.js";
import type { AccessConfiguration } from "../records/security/index.js";
import { AccessSecurityFile } from "./accessSecurityFile.js";
import { driverCommands } from "./driverCommands.js";
import { groupCommands } from "./groupCommands.js";
import type { IocParts, Stoppable } from "./iocParts.js";
import { type IocStatsActions, iocStatsFunctions } from "./iocStats/iocStatsFunctions.js";
import { iocStatsSupports } from "./iocStats/iocStatsSupport.js";
import { type Lazy, lazy } from "./lazy.js";
import { startProcessServers } from "./processServers.js";
import { putLogCommands } from "./putLog/putLogCommands.js";
import { RecordGroups } from "./recordGroups.js";
import { scanCommands } from "./scanCommands.js";
import { securityCommands } from "./securityCommands.js";
import { serverCommands } from "./serverCommands.js";
import { startWarmUp } from "./warmUp.js";

const log = logger("ioc");

type RecordsListener = Parameters<IocshHost["onRecordsLoaded"]>[0];

export interface IocOptions {
  /** What `$(X)` expands from and where EPICS_CA_* come from; this process's by default. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly streams?: ShellStreams;
  /** Compiles what serves clients once the servers run, before one comes; for programs that are there to serve. */
  readonly warmUp?: boolean;
}

/**
 * One IOC: the record engine, the drivers' ports, the protocol servers and clients, and the shell over them. All
 * layers meet here and nowhere else.
 */
export class Ioc implements IocshHost, IocParts {
  readonly environment: NodeJS.ProcessEnv;
  readonly packageDirectory = packageDirectory;
  readonly release = releaseLine();
  readonly ports = new PortRegistry();
  readonly arrayPorts = new ArrayPorts();
  readonly imageStreams = new ImageStreams();
  readonly pool = new NDArrayPool();
  readonly sharedPvs = new SharedPvProvider();
  readonly engine: RecordEngine;
  readonly pvs: PvDirectory;
  readonly accessSecurityFile: AccessSecurityFile;
  readonly groups: RecordGroups;
  readonly shell: Iocsh;
  readonly #caClient: Lazy<CaClient>;
  readonly #pvaClient: Lazy<PvaClient>;
  readonly #running: Stoppable[] = [];
  readonly #recordsListeners: RecordsListener[] = [];
  #caServer: CaServer | undefined;
  #pvaServer: PvaServer | undefined;
  readonly #warmsUp: boolean;
  #initialised = false;
  #stopped = false;

  constructor(options: IocOptions = {}) {
    this.environment = options.environment ?? process.env;
    this.#warmsUp = options.warmUp ?? false;
    // The script may still set EPICS_CA_ADDR_LIST and the like, so clients are made when first used.
    this.#caClient = lazy(() => new CaClient({ environment: this.environment }));
    this.#pvaClient = lazy(() => new PvaClient({ environment: this.environment }));
    const client = { connect: (name: string) => this.#caClient.get().connect(name) };
    const pvaClient = { connect: (name: string) => this.#pvaClient.get().connect(name) };
    this.engine = new RecordEngine({ caClient: client, pvaClient });
    for (const support of [...deviceSupports(this.ports, this.engine), ...iocStatsSupports(this)])
      this.engine.addDeviceSupport(support);
    this.pvs = createPvDirectory(this.engine, client);
    this.groups = new RecordGroups(this.engine, this.environment);
    this.shell = new Iocsh(this, options.streams === undefined ? {} : { streams: options.streams });
    this.accessSecurityFile = new AccessSecurityFile({
      security: this.engine.accessSecurity,
      pvs: this.pvs,
      isLocal: (pv) => this.engine.has(pv),
      checksAddresses: () => this.#checksAddresses(),
      warn: (line) => log.warn(line),
    });
    for (const [name, run] of Object.entries(iocStatsFunctions(this.#statsActions())))
      this.engine.registerFunction(name, run);
    for (const command of [
      ...driverCommands(this),
      ...serverCommands(this),
      ...groupCommands(this.groups),
      ...scanCommands(this),
      ...securityCommands(this),
      ...putLogCommands(this),
    ])
      this.shell.add(command);
  }

  #statsActions(): IocStatsActions {
    return {
      reboot: () => process.kill(process.pid, "SIGTERM"),
      reloadAccessSecurity: async () => (await this.accessSecurityFile.reload()).ok,
    };
  }

  get otherIocs(): PvDirectory {
    return this.pvs;
  }

  get initialised(): boolean {
    return this.#initialised;
  }

  get pvaClient(): PvaClient {
    return this.#pvaClient.get();
  }

  get caServer(): CaServer | undefined {
    return this.#caServer;
  }

  get pvaServer(): PvaServer | undefined {
    return this.#pvaServer;
  }

  own(what: Stoppable): void {
    this.#running.push(what);
  }

  loadRecords(path: string, macros: Readonly<Record<string, string>>): readonly string[] {
    return this.#load((sink) => readDatabaseFile(path, macros, this.#loadOptions(), sink));
  }

  loadTemplate(
    path: string,
    macros: Readonly<Record<string, string>>,
    searchPath?: string,
  ): readonly string[] {
    const options = { ...this.#loadOptions(), searchPath: searchPath?.split(delimiter) };
    return this.#load((sink) => readSubstitutionsFile(path, macros, options, sink));
  }

  loadDefinitions(
    file: string,
    path: string | undefined,
    macros: Readonly<Record<string, string>>,
  ): readonly string[] {
    const options = { ...this.#loadOptions(), searchPath: path?.split(delimiter) };
    return this.#load((sink) => readDefinitionsFile(file, macros, options, sink));
  }

  #loadOptions() {
    return {
      catalog: this.engine.catalog,
      environment: this.environment,
      variables: databaseVariables(this.shell.variables),
    };
  }

  onRecordsLoaded(listener: RecordsListener): void {
    this.#recordsListeners.push(listener);
  }

  #load(read: (sink: DatabaseSink) => ReadReport): readonly string[] {
    const loading = this.engine.loading(databaseVariables(this.shell.variables));
    const { files, problems, warnings } = read(loading);
    for (const { file, macros } of files)
      for (const listener of this.#recordsListeners) listener(file, macros);
    return [...warnings, ...[...problems, ...loading.problems].map(describeProblem)];
  }

  async iocBuild(): Promise<void> {
    if (this.#initialised) throw new Error("iocInit can only be run once");
    this.#initialised = true;
    const rules = await this.#readAccessSecurity();
    this.engine.iocBuild();
    if (rules !== undefined) this.accessSecurityFile.use(rules);
  }

  /** Initialises the records, opens the servers, and starts the scan and reconstruction servers whose records are here. */
  async iocInit(): Promise<void> {
    if (this.engine.state !== "built") await this.iocBuild();
    this.engine.iocRun();
    await this.#startServers();
    startProcessServers(this);
    if (this.#warmsUp && this.#caServer !== undefined) this.own(startWarmUp());
  }

  #checksAddresses(): boolean {
    return this.shell.variables.get("asCheckClientIP")?.value !== 0;
  }

  /** Without its rules the IOC does not start: it would let everybody write. */
  async #readAccessSecurity(): Promise<AccessConfiguration | undefined> {
    if (this.accessSecurityFile.filename === undefined) return undefined;
    const rules = await this.accessSecurityFile.read();
    if (rules.ok) return rules.value;
    throw new Error(`${rules.error.join("\n")}\niocBuild: asInit Failed.`);
  }

  /** A server that cannot listen says so; records, drivers and the other protocol go on. */
  async #startServers(): Promise<void> {
    const caServer = new CaServer({
      providers: [this.engine],
      environment: this.environment,
      ignoresHostNames: this.#checksAddresses(),
    });
    const pvaServer = new PvaServer({
      providers: [this.engine],
      structures: [this.sharedPvs],
      groups: this.groups.pvs,
      environment: this.environment,
    });
    for (const problem of this.groups.define()) log.error(problem);
    try {
      await caServer.start();
      this.#caServer = caServer;
      this.environment["RSRV_SERVER_PORT"] = String(caServer.tcpPort);
    } catch (error) {
      log.error(`Channel Access is not served: ${errorMessage(error)}`);
    }
    try {
      await pvaServer.start();
      this.#pvaServer = pvaServer;
    } catch (error) {
      log.error(`pvAccess is not served: ${errorMessage(error)}`);
    }
  }

  /** Ends everything this IOC started, autosave's last save included. Calling it again does nothing. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.shell.close();
    for (const running of this.#running.reverse()) {
      try {
        await running.stop();
      } catch (error) {
        log.error(`while stopping: ${errorMessage(error)}`);
      }
    }
    await this.#caServer?.stop();
    await this.#pvaServer?.stop();
    this.engine.stop();
    this.ports.close();
    this.#caClient.made()?.close();
    this.#pvaClient.made()?.close();
  }
}

const deviceSupports = (ports: PortRegistry, engine: RecordEngine): readonly DeviceSupport[] => [
  ...asynDeviceSupports(ports, (pv) => engine.getString(pv)),
  asynRecordDeviceSupport(ports),
  motorDeviceSupport(ports),
];

const databaseVariables = (variables: ReadonlyMap<string, ShellVariable>): DatabaseVariables => {
  const variable = (name: string): number => variables.get(name)?.value ?? 0;
  return {
    dbRecordsOnceOnly: variable("dbRecordsOnceOnly"),
    dbConvertStrict: variable("dbConvertStrict"),
    dbBptNotMonotonic: variable("dbBptNotMonotonic"),
    dbQuietMacroWarnings: variable("dbQuietMacroWarnings"),
  };
};

function releaseLine(): string {
  const text = readFileSync(join(packageDirectory, "package.json"), "utf8");
  const { version }: { version: string } = JSON.parse(text);
  return `tomoioc ${version}, records as EPICS Base 7.0.10, Node ${process.versions.node}`;
}

export const createIoc = (options: IocOptions = {}): Ioc => new Ioc(options);
