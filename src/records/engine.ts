import { Severity, Status } from "../channel/alarm.js";
import { convertValue } from "../channel/convert.js";
import type { Value } from "../channel/dbf.js";
import type { Channel, ChannelProvider, ClientIdentity, WriteResult } from "../channel/provider.js";
import { charsToText } from "../channel/text.js";
import type {
  DatabaseDefinition,
  DatabaseProblem,
  DatabaseVariables,
  RecordTypeCatalog,
} from "../database/recordDefinition.js";
import { now } from "../libcom/epicsTime.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { type Logger, logger } from "../libcom/log.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { PvaClient } from "../pva/index.js";
import { Breakpoints } from "./breakpoints.js";
import { CallbackQueue } from "./callbackQueue.js";
import { type ChannelSecurity, RecordChannel } from "./channel.js";
import { parseChannelName, parseFieldName } from "./channelName.js";
import type { DbRecord, RecordHost } from "./dbRecord.js";
import { DbStates } from "./dbStates.js";
import { Definitions } from "./definitions.js";
import type { DeviceRecord, DeviceSupport } from "./deviceSupport.js";
import { attachDevice, deviceChoicesOf } from "./devices/attach.js";
import { baseDeviceSupports } from "./devices/base/index.js";
import { initSoftInput, isSoftChannel } from "./devices/softChannel.js";
import { addressOf, fieldValue, formatOf, isText, store } from "./fieldAccess.js";
import type { FoundChannel } from "./fieldView.js";
import { makeFilters } from "./filters/filterChain.js";
import type { RecordFunction } from "./functions.js";
import type { InitHook } from "./initHooks.js";
import type { ChannelClient } from "./links/channelClient.js";
import { Link, type LinkTarget } from "./links/link.js";
import { type LinkResolver, openLink, openNamedChannel } from "./links/openLink.js";
import { PvaLinks } from "./links/pva/pvaLinks.js";
import { Loading, type LoadingSink, replay, TooLate } from "./loader.js";
import { menuPini, menuScan } from "./menus.js";
import { putField, putFieldNotify } from "./put.js";
import { freshFields } from "./recordFactory.js";
import { RecordInstance } from "./recordInstance.js";
import type { NamedChannelOptions, RecordType } from "./recordType.js";
import { Scanner } from "./scan/scanner.js";
import { AccessSecurity } from "./security/index.js";
import { initSimulation } from "./simulation.js";
import { typedValue, valueForField } from "./typedValue.js";
import { absentRecordTypes, recordTypes } from "./types/index.js";

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
  readonly #types = new Map(recordTypes);
  readonly recordTypes: ReadonlyMap<string, RecordType> = this.#types;
  readonly #byName = new Map<string, DbRecord>();
  readonly #records = new Set<DbRecord>();
  readonly #deviceChoices = new Map<string, string[]>();
  /** Switches shared by name: Db State device support, the shell's dbState commands. */
  readonly states = new DbStates();
  readonly breakpoints = new Breakpoints();
  /** Who may do what; everybody everything until it is given rules. */
  readonly accessSecurity = new AccessSecurity();
  readonly #supports: DeviceSupport[] = [];
  readonly #functions = new Map<string, RecordFunction>();
  readonly #announced = new Set<InitHook>();
  readonly #hooks = new Map<InitHook, (() => void)[]>();
  readonly #definitions = new Definitions();
  readonly #callbacks = new CallbackQueue();
  readonly #scanner = new Scanner(this.#callbacks, () => this.#definitions.choicesOf(menuScan));
  readonly #log: Logger = logger("records");
  readonly #host: RecordHost;
  readonly #caClient: ChannelClient | undefined;
  readonly #pvaLinks: PvaLinks | undefined;
  #state: EngineState = "loading";
  #tellsAnyEventTime = false;
  readonly #atReady: (() => void)[] = [];
  /** Channels that records opened by name. */
  readonly #namedChannels = new Set<LinkTarget>();

  constructor(options: RecordEngineOptions = {}) {
    this.#caClient = options.caClient;
    this.#pvaLinks = options.pvaClient && new PvaLinks(options.pvaClient, this.#callbacks);
    this.#host = {
      callbacks: this.#callbacks,
      log: this.#log,
      definitions: this.#definitions,
      deviceChoices: (type) => this.#choices(type),
      eventTime: (event) => (event === 0 || this.#tellsAnyEventTime ? now() : undefined),
      scanChanged: (instance) => {
        if (isInitialised(this.#state)) this.#scanner.update(instance);
      },
      accessGroupChanged: (instance) => this.accessSecurity.groupChanged(instance),
      postEvent: (event) => this.postEvent(event),
      setLink: (instance, field, text) => this.#setLink(instance, field, text),
      isLocal: (name) => this.#findChannel(name) !== undefined,
      openChannel: (name, options) => this.#openNamed(name, options),
      functionNamed: (name) => this.#functions.get(name),
    };
    for (const support of baseDeviceSupports(this.states)) this.addDeviceSupport(support);
  }

  // Loading.

  /** What loaders check databases against. */
  readonly catalog: RecordTypeCatalog = {
    fieldNames: (type) => this.#types.get(type)?.settable,
    menuChoices: (type, field) => {
      const menu = this.#types.get(type)?.fields[field]?.menu;
      return menu && this.#definitions.choicesOf(menu);
    },
    recordTypes: () => this.#types.keys(),
    whyAbsent: (type) => absentRecordTypes.get(type),
  };

  /** Makes a record type known to the databases that are loaded from now on. Throws when its name is taken. */
  addRecordType(type: RecordType): void {
    if (this.#types.has(type.name)) throw new Error(`record type "${type.name}" exists already`);
    this.#types.set(type.name, type);
  }

  /** Makes a DTYP known. Comes before iocInit. */
  addDeviceSupport(support: DeviceSupport): void {
    this.#supports.push(support);
    for (const type of support.recordTypes) this.#deviceIndex(type, support.dtyp);
  }

  /** Makes a function known to `sub` and `aSub` records, under the name that their INAM and SNAM give. */
  registerFunction(name: string, run: RecordFunction): void {
    this.#functions.set(name, run);
  }

  /** Where database files are read into: what is wrong is left out and reported, everything else is there. */
  loading(variables: DatabaseVariables = {}): LoadingSink {
    if (this.#state !== "loading") return new TooLate();
    const definitionStore = {
      hasRecordType: (type: string) => this.#types.has(type),
      addDeviceChoice: (type: string, choice: string) => void this.#deviceIndex(type, choice),
    };
    return new Loading(
      {
        find: (name) => this.#byName.get(name),
        create: (name, type) => this.#create(name, type),
        remove: (name) => this.#remove(name),
        addAlias: (instance, alias) => void this.#byName.set(alias, instance),
        deviceChoices: (type) => this.#choices(type),
        menuChoices: (menu) => this.#definitions.choicesOf(menu),
        addDefinition: (definition, given) => this.#definitions.add(definition, definitionStore, given),
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
    const instance = this.#byName.get(record);
    if (instance === undefined) return failed(`record "${record}" not found`);
    if (alias === "") return failed("an alias needs a name");
    if (this.#byName.has(alias)) return failed(`"${alias}" is the name of a record already`);
    this.#byName.set(alias, instance);
    return ok(undefined);
  }

  #create(name: string, typeName: string): DbRecord | undefined {
    const type = this.#types.get(typeName);
    if (type === undefined) return undefined;
    const instance = new RecordInstance(name, type, this.#host, freshFields(type));
    this.#byName.set(name, instance);
    this.#records.add(instance);
    return instance;
  }

  #remove(name: string): void {
    const instance = this.#byName.get(name);
    if (instance === undefined) return;
    if (instance.name !== name) {
      this.#byName.delete(name);
      return;
    }
    this.#records.delete(instance);
    for (const [key, value] of this.#byName) if (value === instance) this.#byName.delete(key);
  }

  #choices(type: string): string[] {
    const known = this.#deviceChoices.get(type);
    if (known !== undefined) return known;
    const behaviour = this.#types.get(type)?.behaviour;
    const choices = deviceChoicesOf(type, behaviour?.device, behaviour?.ownDevice);
    this.#deviceChoices.set(type, choices);
    return choices;
  }

  #deviceIndex(type: string, dtyp: string): number {
    const choices = this.#choices(type);
    const index = choices.indexOf(dtyp);
    return index >= 0 ? index : choices.push(dtyp) - 1;
  }

  /** From now on an event that nothing tells the time of has the present time. */
  installLastResortEventProvider(): void {
    this.#tellsAnyEventTime = true;
  }

  get hasLastResortEventProvider(): boolean {
    return this.#tellsAnyEventTime;
  }

  // Life.

  /** Calls `action` when iocInit reaches the moment; at once when it has passed it already. */
  onInitHook(name: InitHook, action: () => void): void {
    if (this.#announced.has(name)) {
      this.#guard(`hook ${name}`, action);
      return;
    }
    const actions = this.#hooks.get(name) ?? [];
    this.#hooks.set(name, [...actions, action]);
  }

  /** Initialises the records, processes those with PINI and starts scanning. */
  iocInit(): void {
    this.iocBuild();
    this.iocRun();
  }

  /** The first half of iocInit: everything is ready and rests until `iocRun`. */
  iocBuild(): void {
    if (this.#state !== "loading") throw new Error("iocInit can only be run once");
    this.#announce("atIocBuild");
    // Autosave's pass 0 still loads: what it restores is as if the database had given it.
    this.#announce("beforeInitRecords");
    this.#state = "building";
    for (const instance of this.#records) this.#prepare(instance);
    for (const instance of this.#records) this.#openLinks(instance);
    for (const instance of this.#records) this.#init(instance);
    for (const action of this.#atReady.splice(0)) action();
    this.#announce("afterInitRecords");
    this.#state = "built";
    for (const instance of this.#records) this.#scanner.update(instance);
    this.#processAtInit(menuPini.YES);
    this.#announce("afterInitialProcess");
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Starts scanning, after iocInit or a pause; records with PINI RUN and RUNNING process each time. */
  iocRun(): boolean {
    if (this.#state !== "built" && this.#state !== "paused") return false;
    this.#announce("atIocRun");
    this.#processAtInit(menuPini.RUN);
    this.#scanner.start();
    this.#state = "running";
    this.#announce("afterDatabaseRunning");
    this.#processAtInit(menuPini.RUNNING);
    this.#announce("afterIocRunning");
    return true;
  }

  /** Scanning rests until `iocRun`; what is announced meanwhile is lost. Puts and links go on. */
  iocPause(): boolean {
    if (this.#state !== "running") return false;
    this.#announce("atIocPause");
    this.#processAtInit(menuPini.PAUSE);
    this.#scanner.pause();
    this.#state = "paused";
    this.#announce("afterDatabasePaused");
    this.#processAtInit(menuPini.PAUSED);
    this.#announce("afterIocPaused");
    return true;
  }

  /** Stops scanning, closes links and detaches devices. Pending completions never settle. */
  stop(): void {
    this.#state = "stopped";
    this.#scanner.stop();
    this.#callbacks.stop();
    this.accessSecurity.close();
    for (const instance of this.#records) {
      instance.device?.detach?.();
      for (const field of instance.type.linkNames) instance.linkOf(field).close();
    }
    for (const channel of this.#namedChannels) channel.close();
  }

  #announce(hook: InitHook): void {
    this.#announced.add(hook);
    for (const action of this.#hooks.get(hook) ?? []) this.#guard(`hook ${hook}`, action);
  }

  /** What fails for one record or hook does not keep the rest from starting. */
  #guard(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#log.error(`${what}: ${errorMessage(error)}`);
    }
  }

  #prepare(instance: DbRecord): void {
    const { record, type } = instance;
    if (record.UDF !== 0 && record.STAT === Status.UDF) record.SEVR = record.UDFS;
    record.PACT = 0;
    this.#guard(`${instance.name}: initialisation`, () => {
      initSimulation(instance);
      initSoftInput(instance);
      type.behaviour.prepare?.(record, instance);
    });
  }

  #openLinks(instance: DbRecord): void {
    const used = instance.type.linkNames.filter((field) => !instance.linkOf(field).isEmpty);
    if (used.length === 0) return;
    for (const field of used) this.#openLink(instance, field, instance.linkOf(field));
    noteOpenLinks(instance);
  }

  #openLink(instance: DbRecord, field: string, link: Link): void {
    openLink(instance, field, link, this.#linkResolver());
  }

  #linkResolver(): LinkResolver {
    return {
      find: (name) => this.#findChannel(name),
      open: (name) => this.open(name),
      client: this.#caClient,
      pvaLinks: this.#pvaLinks,
      callbacks: this.#callbacks,
      states: this.states,
      whenReady: (action) => this.#whenReady(action),
    };
  }

  #openNamed(name: string, options: NamedChannelOptions): LinkTarget {
    const target = openNamedChannel(name, options, this.#linkResolver(), () =>
      this.#namedChannels.delete(target),
    );
    this.#namedChannels.add(target);
    return target;
  }

  #whenReady(action: () => void): void {
    if (this.#state === "building") this.#atReady.push(action);
    else action();
  }

  #init(instance: DbRecord): void {
    const { record, type } = instance;
    this.#attach(instance);
    this.#guard(`${instance.name}: initialisation`, () => type.behaviour.init?.(record, instance));
  }

  #attach(instance: DbRecord): void {
    const dtyp = instance.deviceChoices[instance.record.DTYP];
    if (dtyp === undefined || isSoftChannel(dtyp)) return;
    attachDevice(instance, dtyp, this.#supports, () => isInitialised(this.#state));
    if (instance.deviceError === undefined) return;
    instance.record.STAT = Status.LINK;
    instance.record.SEVR = Severity.INVALID;
    this.#log.error(`${instance.name}: DTYP "${dtyp}": ${instance.deviceError}`);
  }

  #setLink(instance: DbRecord, field: string, text: string): void {
    const old = instance.linkOf(field);
    old.close();
    const link = Link.of(old.direction, text);
    instance.fields[field] = link;
    if (this.#state === "loading") return;
    this.#openLink(instance, field, link);
    noteOpenLinks(instance);
    if (field !== instance.type.behaviour.device?.link) return;
    instance.device?.detach?.();
    instance.device = undefined;
    instance.deviceError = undefined;
    this.#attach(instance);
    this.#scanner.update(instance);
  }

  #processAtInit(choice: number): void {
    const due = [...this.#records].filter(({ record }) => record.PINI === choice);
    due.sort((a, b) => a.record.PHAS - b.record.PHAS || byTypeName(a, b));
    for (const instance of due) instance.process();
  }

  // Scanning.

  /** Processes the records with SCAN "Event" that wait for this event. */
  postEvent(event: string | number): void {
    this.#scanner.postEvent(event);
  }

  /** What .dbd files added to what is built in. */
  get definitions(): Definitions {
    return this.#definitions;
  }

  get callbacks(): CallbackQueue {
    return this.#callbacks;
  }

  functionNames(): Iterable<string> {
    return this.#functions.keys();
  }

  /** The texts that DTYP of a record type can have, in the order of their numbers. */
  deviceChoices(recordType: string): readonly string[] {
    return this.#choices(recordType);
  }

  get scanner(): Scanner {
    return this.#scanner;
  }

  // Records and fields.

  record(name: string): DeviceRecord | undefined {
    return this.#byName.get(name);
  }

  /** The record behind a name or alias, with everything that runs it. */
  instance(name: string): DbRecord | undefined {
    return this.#byName.get(name);
  }

  /** All records, by type in the order of EPICS's definitions, then in the order of loading. */
  *instances(): Iterable<DbRecord> {
    const byType = new Map<string, DbRecord[]>([...recordTypes.keys()].map((type) => [type, []]));
    for (const instance of this.#records) byType.get(instance.recordType)?.push(instance);
    for (const instances of byType.values()) yield* instances;
  }

  /** Record names in the order of loading, without aliases. */
  *recordNames(): Iterable<string> {
    for (const { name } of this.#records) yield name;
  }

  *allNames(): Iterable<{ name: string; record: string }> {
    for (const [name, instance] of this.#byName) yield { name, record: instance.name };
  }

  *aliases(): Iterable<{ alias: string; record: string }> {
    for (const [alias, { name }] of this.#byName) if (alias !== name) yield { alias, record: name };
  }

  /** Record and field of a name, whatever filters it goes on to name. */
  #find(name: string): Omit<FoundChannel, "filters"> | undefined {
    const address = parseFieldName(name);
    const instance = this.#byName.get(address.record);
    if (instance === undefined) return undefined;
    const spec = instance.type.fields[address.field];
    if (spec === undefined || (spec.dbf === "NOACCESS" && spec.special !== "dbaddr")) return undefined;
    return address.asChars && !isText(instance, address.field) ? undefined : { instance, address };
  }

  /** A whole name with its filters; undefined when any part of it is wrong. */
  #findChannel(name: string): FoundChannel | undefined {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    const parsed = parseChannelName(name);
    const filters = parsed.ok ? makeFilters(parsed.value.filters, { states: this.states }) : parsed;
    if (filters.ok) return { ...found, filters: filters.value };
    this.#log.info(filters.error);
    return undefined;
  }

  /** @throws Error when there is no such record or field */
  #resolve(name: string): { instance: DbRecord; field: string } {
    const found = this.#find(name);
    if (found === undefined) throw new Error(`PV "${name}" not found`);
    return { instance: found.instance, field: found.address.field };
  }

  /** A field's value in its own type. Throws for a name that is not here. */
  get(name: string): Value {
    const { instance, field } = this.#resolve(name);
    return fieldValue(instance, field);
  }

  /** A field's value as text: what `caget` shows of a scalar, the text in an array of CHAR, elements with commas between. Throws for a name that is not here. */
  getString(name: string): string {
    const { instance, field } = this.#resolve(name);
    const type = addressOf(instance, field)?.type ?? "STRING";
    const value = fieldValue(instance, field);
    if (type === "STRING" && typeof value === "string") return value;
    if (value instanceof Uint8Array || value instanceof Int8Array) return charsToText(value);
    const text = convertValue(value, type, "STRING", formatOf(instance, field));
    return text.ok ? String(text.value) : "";
  }

  /**
   * Puts a value as a client does, and processes the record where the field asks for it; before iocInit the value is
   * only stored. Text is converted as `dbpf` does it.
   */
  put(name: string, value: Value): WriteResult {
    const found = this.#find(name);
    if (found === undefined) return unknownName(name);
    const { instance, address } = found;
    if (!isInitialised(this.#state)) return this.#putInitial(instance, address.field, value);
    return putField(instance, address.field, this.#typed(instance, address.field, value));
  }

  /** As `put`, and resolves when everything the put started has finished. */
  putNotify(name: string, value: Value): Promise<WriteResult> {
    const found = this.#find(name);
    if (found === undefined) return Promise.resolve(unknownName(name));
    const { instance, address } = found;
    const typed = this.#typed(instance, address.field, value);
    return putFieldNotify(instance, address.field, typed).completion;
  }

  #typed(instance: DbRecord, field: string, value: Value) {
    const address = addressOf(instance, field);
    return address === undefined ? typedValue(value) : valueForField(value, address);
  }

  #putInitial(instance: DbRecord, field: string, value: Value): WriteResult {
    if (instance.fields[field] instanceof Link) {
      this.#setLink(instance, field, String(value));
      return { ok: true, value: undefined };
    }
    const typed = this.#typed(instance, field, value);
    const stored = store(instance, field, typed.value, typed.type);
    if (stored.ok && field === "VAL") instance.record.UDF = 0;
    if (stored.ok) return stored;
    return failed({ reason: "noConvert", message: `${instance.name}.${field}: ${stored.error}` });
  }

  // ChannelProvider.

  /** Looks at record and field only, as searches in EPICS Base do: `open` judges the rest. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  open(name: string, client?: ClientIdentity): Channel | undefined {
    const found = this.#findChannel(name);
    return found && new RecordChannel(name, found, this.#securityFor(found, client), client);
  }

  #securityFor({ instance, address }: FoundChannel, client?: ClientIdentity): ChannelSecurity | undefined {
    if (client === undefined) return undefined;
    const level = instance.type.fields[address.field]?.asl ?? 1;
    const known = this.accessSecurity.addClient(instance, level, client);
    return known && { client: known, trapWrites: this.accessSecurity.trapWrites };
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }
}

function noteOpenLinks(instance: DbRecord): void {
  instance.openLinks = instance.type.linkNames.filter((field) => !instance.linkOf(field).isConstant);
}

/** Record types in the order in which EPICS Base goes through them. */
function byTypeName(a: DbRecord, b: DbRecord): number {
  const [first, second] = [a.type.name.toLowerCase(), b.type.name.toLowerCase()];
  return Number(first > second) - Number(first < second);
}

const unknownName = (name: string): WriteResult =>
  failed({ reason: "failed", message: `PV "${name}" not found` });
