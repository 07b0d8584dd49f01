import type { Value } from "../channel/dbf.js";
import type { Channel, ChannelProvider, ClientIdentity, WriteResult } from "../channel/provider.js";
import type {
  DatabaseDefinition,
  DatabaseProblem,
  DatabaseVariables,
  RecordTypeCatalog,
} from "../database/recordDefinition.js";
import { now } from "../libcom/epicsTime.js";
import { type Logger, logger } from "../libcom/log.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { PvaClient } from "../pva/index.js";
import { Breakpoints } from "./breakpoints.js";
import { CallbackQueue } from "./callbackQueue.js";
import { type ChannelSecurity, RecordChannel } from "./channel.js";
import type { DbRecord, RecordHost } from "./dbRecord.js";
import { DbStates } from "./dbStates.js";
import { Definitions } from "./definitions.js";
import type { DeviceRecord, DeviceSupport } from "./deviceSupport.js";
import { baseDeviceSupports } from "./devices/base/index.js";
import { fieldValue } from "./fieldAccess.js";
import type { FoundChannel } from "./fieldView.js";
import type { RecordFunction } from "./functions.js";
import { type InitHook, InitHooks } from "./initHooks.js";
import type { ChannelClient } from "./links/channelClient.js";
import { Link } from "./links/link.js";
import { LinkOpener, replaceLink } from "./links/linkOpener.js";
import { PvaLinks } from "./links/pva/pvaLinks.js";
import { Loading, type LoadingSink, replay, TooLate } from "./loader.js";
import { fieldText, storeInitial, typedForField } from "./localAccess.js";
import { menuPini, menuScan } from "./menus.js";
import { putField, putFieldNotify } from "./put.js";
import { freshFields } from "./recordFactory.js";
import {
  attachSupport,
  detachSupport,
  type InitContext,
  initRecord,
  prepareRecord,
  processAtInit,
} from "./recordInit.js";
import { RecordInstance } from "./recordInstance.js";
import { type FoundField, RecordTable } from "./recordTable.js";
import type { RecordType } from "./recordType.js";
import { RecordTypeRegistry } from "./recordTypeRegistry.js";
import { Scanner } from "./scan/scanner.js";
import { AccessSecurity } from "./security/index.js";

export interface RecordEngineOptions {
  /** Serves links to other IOCs; without it such links stay disconnected. */
  readonly caClient?: ChannelClient;
  /** Serves pvAccess links, to this IOC as well; without it they stay disconnected. */
  readonly pvaClient?: Pick<PvaClient, "connect">;
}

export type EngineState = "loading" | "building" | "built" | "running" | "paused" | "stopped";

/** States in which clients may put and SCAN decides on the scan lists. */
const isInitialised = (state: EngineState): boolean => state !== "loading" && state !== "building";

/** The records of one IOC: loads, initialises, scans and serves them. */
export class RecordEngine implements ChannelProvider {
  /** What .dbd files added to what is built in. */
  readonly definitions = new Definitions();
  /** Switches shared by name: Db State device support, the shell's dbState commands. */
  readonly states = new DbStates();
  readonly breakpoints = new Breakpoints();
  /** Who may do what; everybody everything until it is given rules. */
  readonly accessSecurity = new AccessSecurity();
  readonly callbacks = new CallbackQueue();
  readonly scanner = new Scanner(this.callbacks, () => this.definitions.choicesOf(menuScan));
  readonly #log: Logger = logger("records");
  readonly #types = new RecordTypeRegistry(this.definitions);
  readonly #table = new RecordTable(this.states, this.#log);
  readonly #functions = new Map<string, RecordFunction>();
  readonly #hooks = new InitHooks(this.#log);
  readonly #links: LinkOpener;
  readonly #atReady: (() => void)[] = [];
  readonly #host: RecordHost = this.#makeHost();
  readonly #initContext: InitContext = {
    log: this.#log,
    supports: this.#types.supports,
    isInitialised: () => isInitialised(this.#state),
  };
  #state: EngineState = "loading";
  #tellsAnyEventTime = false;

  constructor({ caClient, pvaClient }: RecordEngineOptions = {}) {
    this.#links = new LinkOpener({
      find: (name) => this.#table.findChannel(name),
      open: (name) => this.open(name),
      client: caClient,
      pvaLinks: pvaClient && new PvaLinks(pvaClient, this.callbacks),
      callbacks: this.callbacks,
      states: this.states,
      whenReady: (action) => this.#whenReady(action),
    });
    for (const support of baseDeviceSupports(this.states)) this.addDeviceSupport(support);
  }

  /** What the records see of their engine. */
  #makeHost(): RecordHost {
    return {
      callbacks: this.callbacks,
      log: this.#log,
      definitions: this.definitions,
      deviceChoices: (type) => this.#types.deviceChoices(type),
      eventTime: (event) => (event === 0 || this.#tellsAnyEventTime ? now() : undefined),
      scanChanged: (instance) => {
        if (isInitialised(this.#state)) this.scanner.update(instance);
      },
      accessGroupChanged: (instance) => this.accessSecurity.groupChanged(instance),
      postEvent: (event) => this.postEvent(event),
      setLink: (instance, field, text) => this.#setLink(instance, field, text),
      isLocal: (name) => this.#table.findChannel(name) !== undefined,
      openChannel: (name, options) => this.#links.openNamed(name, options),
      functionNamed: (name) => this.#functions.get(name),
    };
  }

  // Loading.

  get recordTypes(): ReadonlyMap<string, RecordType> {
    return this.#types.types;
  }

  /** What loaders check databases against. */
  get catalog(): RecordTypeCatalog {
    return this.#types.catalog;
  }

  /** Makes a record type known to the databases that are loaded from now on. Throws when its name is taken. */
  addRecordType(type: RecordType): void {
    this.#types.add(type);
  }

  /** Makes a DTYP known. Comes before iocInit. */
  addDeviceSupport(support: DeviceSupport): void {
    this.#types.addSupport(support);
  }

  /** The texts that DTYP of a record type can have, in the order of their numbers. */
  deviceChoices(recordType: string): readonly string[] {
    return this.#types.deviceChoices(recordType);
  }

  /** Makes a function known to `sub` and `aSub` records, under the name that their INAM and SNAM give. */
  registerFunction(name: string, run: RecordFunction): void {
    this.#functions.set(name, run);
  }

  functionNames(): Iterable<string> {
    return this.#functions.keys();
  }

  /** Where database files are read into: what is wrong is left out and reported, everything else is there. */
  loading(variables: DatabaseVariables = {}): LoadingSink {
    if (this.#state !== "loading") return new TooLate();
    const definitionStore = {
      hasRecordType: (type: string) => this.#types.types.has(type),
      addDeviceChoice: (type: string, choice: string) => this.#types.addDeviceChoice(type, choice),
    };
    return new Loading(
      {
        find: (name) => this.#table.find(name),
        create: (name, type) => this.#create(name, type),
        remove: (name) => this.#table.remove(name),
        addAlias: (instance, alias) => this.#table.setAlias(instance, alias),
        deviceChoices: (type) => this.#types.deviceChoices(type),
        menuChoices: (menu) => this.definitions.choicesOf(menu),
        addDefinition: (definition, given) => this.definitions.add(definition, definitionStore, given),
      },
      variables,
    );
  }

  /** Adds a database that is there already, as `loading` does. */
  load(database: DatabaseDefinition, variables: DatabaseVariables = {}): readonly DatabaseProblem[] {
    const loading = this.loading(variables);
    replay(database, loading);
    return loading.problems;
  }

  /** Gives a record another name, at any time. */
  addAlias(record: string, alias: string): Result<void> {
    return this.#table.addAlias(record, alias);
  }

  #create(name: string, typeName: string): DbRecord | undefined {
    const type = this.#types.types.get(typeName);
    if (type === undefined) return undefined;
    const instance = new RecordInstance(name, type, this.#host, freshFields(type));
    this.#table.add(instance);
    return instance;
  }

  // Life.

  /** Calls `action` when iocInit reaches the moment; at once when it has passed it already. */
  onInitHook(name: InitHook, action: () => void): void {
    this.#hooks.on(name, action);
  }

  /** Initialises the records, processes those with PINI and starts scanning. */
  iocInit(): void {
    this.iocBuild();
    this.iocRun();
  }

  /** The first half of iocInit: everything is ready and rests until `iocRun`. */
  iocBuild(): void {
    if (this.#state !== "loading") throw new Error("iocInit can only be run once");
    this.#hooks.announce("atIocBuild");
    // Autosave's pass 0 still loads: what it restores is as if the database had given it.
    this.#hooks.announce("beforeInitRecords");
    this.#state = "building";
    const { records } = this.#table;
    for (const instance of records) prepareRecord(instance, this.#initContext);
    for (const instance of records) this.#links.openAll(instance);
    for (const instance of records) initRecord(instance, this.#initContext);
    for (const action of this.#atReady.splice(0)) action();
    this.#hooks.announce("afterInitRecords");
    this.#state = "built";
    for (const instance of records) this.scanner.update(instance);
    processAtInit(this.#table.records, menuPini.YES);
    this.#hooks.announce("afterInitialProcess");
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Starts scanning, after iocInit or a pause; records with PINI RUN and RUNNING process each time. */
  iocRun(): boolean {
    if (this.#state !== "built" && this.#state !== "paused") return false;
    this.#hooks.announce("atIocRun");
    processAtInit(this.#table.records, menuPini.RUN);
    this.scanner.start();
    this.#state = "running";
    this.#hooks.announce("afterDatabaseRunning");
    processAtInit(this.#table.records, menuPini.RUNNING);
    this.#hooks.announce("afterIocRunning");
    return true;
  }

  /** Scanning rests until `iocRun`; what is announced meanwhile is lost. Puts and links go on. */
  iocPause(): boolean {
    if (this.#state !== "running") return false;
    this.#hooks.announce("atIocPause");
    processAtInit(this.#table.records, menuPini.PAUSE);
    this.scanner.pause();
    this.#state = "paused";
    this.#hooks.announce("afterDatabasePaused");
    processAtInit(this.#table.records, menuPini.PAUSED);
    this.#hooks.announce("afterIocPaused");
    return true;
  }

  /** Stops scanning, closes links and detaches devices. Pending completions never settle. */
  stop(): void {
    this.#state = "stopped";
    this.scanner.stop();
    this.callbacks.stop();
    this.accessSecurity.close();
    for (const instance of this.#table.records) instance.device?.detach?.();
    this.#links.close(this.#table.records);
  }

  #whenReady(action: () => void): void {
    if (this.#state === "building") this.#atReady.push(action);
    else action();
  }

  #setLink(instance: DbRecord, field: string, text: string): void {
    replaceLink(instance, field, text);
    if (this.#state === "loading") return;
    this.#links.reopen(instance, field);
    if (field !== instance.type.behaviour.device?.link) return;
    detachSupport(instance);
    attachSupport(instance, this.#initContext);
    this.scanner.update(instance);
  }

  // Scanning and events.

  /** From now on an event that nothing tells the time of has the present time. */
  installLastResortEventProvider(): void {
    this.#tellsAnyEventTime = true;
  }

  get hasLastResortEventProvider(): boolean {
    return this.#tellsAnyEventTime;
  }

  /** Processes the records with SCAN "Event" that wait for this event. */
  postEvent(event: string | number): void {
    this.scanner.postEvent(event);
  }

  // Records and fields.

  record(name: string): DeviceRecord | undefined {
    return this.#table.find(name);
  }

  /** The record behind a name or alias, with everything that runs it. */
  instance(name: string): DbRecord | undefined {
    return this.#table.find(name);
  }

  /** All records, by type in the order of EPICS's definitions, then in the order of loading. */
  instances(): Iterable<DbRecord> {
    return this.#table.byType(this.#types.types.keys());
  }

  /** Record names in the order of loading, without aliases. */
  *recordNames(): Iterable<string> {
    for (const { name } of this.#table.records) yield name;
  }

  allNames(): Iterable<{ name: string; record: string }> {
    return this.#table.allNames();
  }

  aliases(): Iterable<{ alias: string; record: string }> {
    return this.#table.aliases();
  }

  /** @throws Error when there is no such record or field */
  #resolve(name: string): FoundField {
    const found = this.#table.findField(name);
    if (found === undefined) throw new Error(`PV "${name}" not found`);
    return found;
  }

  /** A field's value in its own type. Throws for a name that is not here. */
  get(name: string): Value {
    const { instance, address } = this.#resolve(name);
    return fieldValue(instance, address.field);
  }

  /** A field's value as text, as `fieldText` makes it. Throws for a name that is not here. */
  getString(name: string): string {
    const { instance, address } = this.#resolve(name);
    return fieldText(instance, address.field);
  }

  /**
   * Puts a value as a client does, and processes the record where the field asks for it; before iocInit the value is
   * only stored. Text is converted as `dbpf` does it.
   */
  put(name: string, value: Value): WriteResult {
    const found = this.#table.findField(name);
    if (found === undefined) return unknownName(name);
    const { instance, address, spec } = found;
    if (!isInitialised(this.#state)) return this.#putInitial(instance, address.field, value);
    return putField(instance, address.field, spec, typedForField(instance, address.field, value));
  }

  /** As `put`, and resolves when everything the put started has finished. */
  putNotify(name: string, value: Value): Promise<WriteResult> {
    const found = this.#table.findField(name);
    if (found === undefined) return Promise.resolve(unknownName(name));
    const { instance, address, spec } = found;
    const typed = typedForField(instance, address.field, value);
    return putFieldNotify(instance, address.field, spec, typed).completion;
  }

  #putInitial(instance: DbRecord, field: string, value: Value): WriteResult {
    if (!(instance.fields[field] instanceof Link)) return storeInitial(instance, field, value);
    this.#setLink(instance, field, String(value));
    return ok(undefined);
  }

  // ChannelProvider.

  /** Looks at record and field only, as searches in EPICS Base do: `open` judges the rest. */
  has(name: string): boolean {
    return this.#table.findField(name) !== undefined;
  }

  open(name: string, client?: ClientIdentity): Channel | undefined {
    const found = this.#table.findChannel(name);
    return found && new RecordChannel(name, found, this.#securityFor(found, client), client);
  }

  #securityFor({ instance, spec }: FoundChannel, client?: ClientIdentity): ChannelSecurity | undefined {
    if (client === undefined) return undefined;
    const known = this.accessSecurity.addClient(instance, spec.asl ?? 1, client);
    return known && { client: known, trapWrites: this.accessSecurity.trapWrites };
  }

  names(): Iterable<string> {
    return this.#table.names();
  }
}

const unknownName = (name: string): WriteResult =>
  failed({ reason: "failed", message: `PV "${name}" not found` });
