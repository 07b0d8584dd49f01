import { Severity, Status } from "../channel/alarm.js";
import { convertValue } from "../channel/convert.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type { Properties, Sample } from "../channel/provider.js";
import { charsToText, toText } from "../channel/text.js";
import type { BreakPoint } from "../database/definitions.js";
import { now, UNDEFINED_TIME } from "../libcom/epicsTime.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { failed, type Result } from "../libcom/result.js";
import { resetAlarms, setSevr } from "./alarms.js";
import type { DbRecord, Progress, PutNotify, RecordHost } from "./dbRecord.js";
import type { AttachedDevice, ReadOutcome } from "./deviceSupport.js";
import { readDevice, writeDevice } from "./devices/recordDevice.js";
import { isRawSoft } from "./devices/softChannel.js";
import { addressOf, fieldValue, store, takesAnyNumber } from "./fieldAccess.js";
import { callFunction } from "./functions.js";
import { loadConstant } from "./links/constant.js";
import { finishChain } from "./links/forwardChain.js";
import { inheritSeverity } from "./links/inherit.js";
import { Link, type LinkTarget, type TextOnly } from "./links/link.js";
import { charsOf } from "./longString.js";
import { menuConvert } from "./menus.js";
import { FieldMonitors, type Subscription } from "./monitors.js";
import { notifyCompletion } from "./processNotify.js";
import { actingAs, callbackThread, startTrace, stopTrace, trace } from "./processTrace.js";
import type { FreshFields } from "./recordFactory.js";
import type { CommonRecord, NamedChannelOptions, RecordFields, RecordType } from "./recordType.js";
import { simulatedTime } from "./simulation.js";

/** Attempts to process an active record that are tolerated before it goes into alarm. */
const MAX_LOCK = 10;

/** TSE of records whose device sets TIME. */
const DEVICE_TIME = -2;

const noLinks: readonly string[] = [];
const noTexts: readonly string[] = [];

const isCharType = (type: DbfType): boolean => type === "CHAR" || type === "UCHAR";

/** As many characters as there is room for; the last is the NUL. */
function terminated(chars: Int8Array, room: number): Int8Array {
  const kept = chars.slice(0, room);
  kept[kept.length - 1] = 0;
  return kept;
}

/** The text in an array of CHAR, whose last byte is taken for the NUL whatever it is. */
function textOfChars(value: Value): string {
  return value instanceof Int8Array || value instanceof Uint8Array ? charsToText(value.slice(0, -1)) : "";
}
const noTags: ReadonlyMap<string, string> = new Map();

/** One record: its fields, and what runs it. Type functions see it as their `io`. */
export class RecordInstance implements DbRecord {
  readonly fields: RecordFields;
  readonly record: CommonRecord;
  /** What only some records ever have is made when the first needs it: a database has records by the thousand. */
  #infoTags: Map<string, string> | undefined;
  #monitors: FieldMonitors | undefined;
  openLinks: readonly string[] = noLinks;
  resumed = false;
  failed = false;
  input: ReadOutcome | "failed" = "noConvert";
  device: AttachedDevice | undefined;
  /** Why the device support could not be attached; every processing then raises an alarm with it. */
  deviceError: string | undefined;
  /** Device support has set RVAL, so that VAL follows from it when the record starts. */
  deviceSetRaw = false;
  /** TSEL points at a record's TIME and copies it. */
  tselIsTime = false;
  /** The put-callback that waits for this record, and those that wait for their turn. */
  notify: PutNotify | undefined;
  notifyQueue: PutNotify[] | undefined;
  /** The record is somewhere in the chain of records that process each other right now. */
  inChain = false;

  constructor(
    readonly name: string,
    readonly type: RecordType,
    readonly host: RecordHost,
    { fields, common }: FreshFields,
  ) {
    this.fields = fields;
    this.record = common;
    this.record.NAME = name;
    this.record.TIME = UNDEFINED_TIME;
  }

  get recordType(): string {
    return this.type.name;
  }

  get deviceChoices(): readonly string[] {
    return this.host.deviceChoices(this.type.name);
  }

  get hasDeviceSupport(): boolean {
    return this.device !== undefined;
  }

  get isRawSoftChannel(): boolean {
    return isRawSoft(this);
  }

  report(message: string): void {
    this.host.log.error(`${this.name}: ${message}`);
  }

  // Fields by name, for device support.

  getField(field: string): Value {
    return fieldValue(this, field);
  }

  setField(field: string, value: Value): void {
    const current = this.fields[field];
    if (current instanceof Link) throw new Error(`${this.name}.${field} is a link`);
    this.fields[field] = value;
    if (field === this.type.behaviour.device?.raw) this.deviceSetRaw = true;
  }

  info(tag: string): string | undefined {
    return this.#infoTags?.get(tag);
  }

  get infoTags(): ReadonlyMap<string, string> {
    return this.#infoTags ?? noTags;
  }

  addInfo(tag: string, value: string): void {
    this.#infoTags ??= new Map();
    this.#infoTags.set(tag, value);
  }

  linkOf(field: string): Link {
    const link = this.fields[field];
    if (!(link instanceof Link)) throw new Error(`${this.type.name} has no link field ${field}`);
    return link;
  }

  // Processing.

  process(): boolean {
    const startsTrace = this.record.TPRO !== 0 && startTrace();
    try {
      const progress = this.beginProcessing();
      if (progress !== "forwardLink") return progress === "rest";
      finishChain(this);
      return !this.failed;
    } finally {
      if (startsTrace) stopTrace();
    }
  }

  beginProcessing(): Progress {
    const record = this.record;
    if (record.PACT !== 0) {
      this.#alreadyActive();
      return "rest";
    }
    record.LCNT = 0;
    if (!record.SDIS.isConstant) this.readLink("SDIS", "DISA");
    if (record.DISA === record.DISV) {
      this.#disabled();
      return "rest";
    }
    trace("dbProcess of", this.name);
    record.PACT = 1;
    this.resumed = false;
    this.failed = false;
    try {
      const outcome = this.type.behaviour.process(this.fields, this);
      if (outcome instanceof Promise) {
        this.#finishLater(outcome);
        return "rest";
      }
      return outcome === "abandoned" ? this.#abandon() : this.#complete();
    } catch (error) {
      return this.#crashed(error);
    }
  }

  #finishLater(outcome: Promise<unknown>): void {
    const later = (complete: () => Progress): void =>
      actingAs(callbackThread(this.record.PRIO), () => {
        if (complete() === "forwardLink") finishChain(this);
      });
    outcome.then(
      () => later(() => this.#resume()),
      (error: unknown) => later(() => this.#crashed(error)),
    );
  }

  #resume(): Progress {
    this.resumed = true;
    try {
      return this.#complete();
    } catch (error) {
      return this.#crashed(error);
    }
  }

  #complete(): Progress {
    if (this.type.behaviour.complete?.(this.fields, this) !== false) return "forwardLink";
    this.record.PACT = 0;
    this.#reprocessIfAsked();
    return this.failed ? "failed" : "rest";
  }

  #abandon(): Progress {
    this.failed = true;
    if (this.notify !== undefined) notifyCompletion(this);
    this.record.PACT = 0;
    return "failed";
  }

  /** A defect in a record type or a device must not leave the record active for ever. */
  #crashed(error: unknown): Progress {
    const message = errorMessage(error);
    this.host.log.error(`${this.name}: processing failed: ${message}`);
    this.setSevr(Status.SOFT, Severity.INVALID, message);
    this.timestamp();
    this.postValue(this.resetAlarms() | EventMask.VALUE);
    return "forwardLink";
  }

  forwardLink(): void {
    this.record.FLNK.target.forward();
    this.#afterForwardLink();
  }

  endProcessing(): void {
    this.#afterForwardLink();
    this.record.PACT = 0;
  }

  /** The end of a put-callback, a reprocessing that was asked for. */
  #afterForwardLink(): void {
    if (this.notify !== undefined) notifyCompletion(this);
    this.#reprocessIfAsked();
    this.record.PUTF = 0;
  }

  forward(linkField: string): void {
    this.linkOf(linkField).target.forward();
  }

  #reprocessIfAsked(): void {
    if (this.record.RPRO === 0) return;
    this.record.RPRO = 0;
    this.scanOnce();
  }

  scanOnce(): void {
    this.host.callbacks.request(() => actingAs("scanOnce", () => this.process()));
  }

  delay(seconds: number): Promise<void> {
    const { callbacks } = this.host;
    return new Promise((resolve) => {
      if (seconds > 0) callbacks.after(seconds, resolve);
      else callbacks.request(resolve);
    });
  }

  #alreadyActive(): void {
    const record = this.record;
    trace("dbProcess of Active", this.name, ` with RPRO=${record.RPRO}`);
    if (record.STAT === Status.SCAN) return;
    const attempts = record.LCNT;
    record.LCNT = (attempts + 1) & 0xff;
    if (attempts < MAX_LOCK || record.SEVR >= Severity.INVALID) return;
    this.setSevr(Status.SCAN, Severity.INVALID, "Async in progress");
    this.postValue(this.resetAlarms() | EventMask.VALUE | EventMask.LOG);
  }

  #disabled(): void {
    const record = this.record;
    trace("dbProcess of Disabled", this.name);
    record.RPRO = 0;
    record.PUTF = 0;
    if (record.STAT !== Status.DISABLE) {
      record.SEVR = record.DISS;
      record.STAT = Status.DISABLE;
      record.NSEV = 0;
      record.NSTA = 0;
      this.post("STAT", EventMask.VALUE);
      this.post("SEVR", EventMask.VALUE);
      this.postValue(EventMask.VALUE | EventMask.ALARM);
    }
    if (this.notify !== undefined) notifyCompletion(this);
  }

  // Alarms, time, monitors.

  setSevr(status: number, severity: number, message?: string): boolean {
    return setSevr(this.record, status, severity, message);
  }

  resetAlarms(): number {
    return resetAlarms(this.record, this);
  }

  timestamp(): void {
    const record = this.record;
    if (!record.TSEL.isConstant) {
      if (this.tselIsTime) {
        const { target } = record.TSEL;
        record.TIME = target.time() ?? record.TIME;
        record.UTAG = target.userTag?.() ?? 0n;
        return;
      }
      this.readLink("TSEL", "TSE");
    }
    if (record.TSE === DEVICE_TIME) {
      const time = simulatedTime(this);
      if (time !== undefined) record.TIME = time === "now" ? now() : time;
      return;
    }
    const time = this.host.eventTime(record.TSE);
    if (time === undefined) this.report(`TSE ${record.TSE}: nothing tells the time of this event`);
    else record.TIME = time;
  }

  post(field: string, mask: number): void {
    if (mask !== 0) this.#monitors?.post(field, mask, this);
  }

  postAll(mask: number): void {
    this.#monitors?.postAll(mask, this);
  }

  /** Posts the field that a name without a field means. */
  postValue(mask: number): void {
    this.#monitors?.post("VAL", mask, this);
  }

  subscribe(field: string, subscription: Subscription): () => void {
    this.#monitors ??= new FieldMonitors();
    return this.#monitors.subscribe(field, subscription);
  }

  subscriptions(): Iterable<{ readonly field: string; readonly mask: number }> {
    return this.#monitors?.all() ?? [];
  }

  shownValue(field: string, asChars: boolean): Value {
    const present = fieldValue(this, field);
    const value = present === "" && this.#isUnset(field) ? noTexts : present;
    return asChars ? charsOf(toText(value)) : value;
  }

  sample(field: string, asChars: boolean): Sample {
    const { STAT, SEVR, AMSG, TIME, UTAG } = this.record;
    return {
      value: this.shownValue(field, asChars),
      status: STAT,
      severity: SEVR,
      message: AMSG,
      time: TIME,
      userTag: UTAG,
    };
  }

  /** Clients see no elements in an empty long text that was never set, not even to nothing. */
  #isUnset(field: string): boolean {
    if (this.type.fields[field]?.special !== "dbaddr") return false;
    return this.fields[field === "OVAL" ? "OLEN" : "LEN"] === 0;
  }

  // Links.

  readLink(linkField: string, into: string, as?: DbfType): boolean {
    return this.tryReadLink(linkField, into, as) || this.linkFailed(linkField);
  }

  tryReadLink(linkField: string, into: string, as?: DbfType): boolean {
    const link = this.linkOf(linkField);
    if (link.isConstant) return true;
    const { target } = link;
    const spec = this.type.fields[into];
    const isPlain = as === undefined && spec !== undefined && takesAnyNumber(spec);
    const isText = !isPlain && addressOf(this, into)?.bytes !== undefined;
    // A long text takes what is not there for no text, as EPICS Base does.
    if (isText && !target.connected) return true;
    const value = target.read();
    if (value === undefined) return false;
    if (isPlain && typeof value === "number") this.fields[into] = value;
    // Without a value there is nothing to inherit an alarm from.
    else if (!this.#storeFrom(target, into, as, value).ok) return false;
    inheritSeverity(link, this.record);
    return true;
  }

  #storeFrom(source: LinkTarget, into: string, as: DbfType | undefined, value: Value): Result<void> {
    const { textOf } = source;
    if (textOf === undefined) return this.#storeAs(into, as, value, source);
    return this.#storeText(into, toText(value), textOf);
  }

  /** Where such a text goes: into texts, into arrays of characters; a link's becomes NaN where numbers go. */
  #storeText(into: string, text: string, source: TextOnly): Result<void> {
    const address = addressOf(this, into);
    const isArray = address !== undefined && address.elementCount > 1;
    if (address?.type === "STRING" && (isArray || source !== "link"))
      return store(this, into, text, "STRING");
    if (isArray && isCharType(address.type))
      return store(this, into, terminated(charsOf(text), address.elementCount), "CHAR");
    const isNumberless = source === "linkChars" || (source === "link" && isArray);
    if (isNumberless && address?.type === "DOUBLE") return store(this, into, Number.NaN, "DOUBLE");
    return failed("only its text can be read");
  }

  #storeAs(into: string, as: DbfType | undefined, value: Value, source: LinkTarget): Result<void> {
    const address = addressOf(this, into);
    if (address?.bytes !== undefined && isCharType(source.type))
      return store(this, into, textOfChars(value), "STRING");
    const type = as ?? (address?.type === "ENUM" ? "USHORT" : undefined);
    if (type === undefined) return store(this, into, value, source.type, source);
    const first = isArrayValue(value) ? value[0] : value;
    if (first === undefined) return store(this, into, value, source.type, source);
    const converted = convertValue(first, source.type, type, { ...source.format(), direction: "get" });
    return converted.ok ? store(this, into, converted.value, type) : converted;
  }

  readLinkValue(linkField: string): TypedValue | undefined {
    const link = this.linkOf(linkField);
    if (link.isConstant) return undefined;
    const value = this.#readTarget(link, linkField);
    return value === undefined ? undefined : { type: link.target.type, value };
  }

  #readTarget(link: Link, field: string): Value | undefined {
    const value = link.target.read();
    if (value === undefined) this.linkFailed(field);
    else inheritSeverity(link, this.record);
    return value;
  }

  loadConstant(linkField: string, into: string, as?: DbfType): boolean {
    return loadConstant(this, this.linkOf(linkField), into, as);
  }

  writeText(linkField: string, text: string): boolean {
    const { target } = this.linkOf(linkField);
    if (!target.connected) return true;
    if (!isCharType(target.type)) return this.writeLink(linkField, text, "STRING");
    const chars = charsOf(text);
    return this.writeLink(linkField, target.type === "CHAR" ? chars : new Uint8Array(chars), target.type);
  }

  writeLink(linkField: string, value: Value, type: DbfType): boolean {
    return this.linkOf(linkField).target.write(value, type) || this.linkFailed(linkField);
  }

  linkState(linkField: string): "constant" | "local" | "connected" | "disconnected" {
    const { isConstant, target } = this.linkOf(linkField);
    if (isConstant) return "constant";
    if (target.kind === "db" || target.kind === "state") return "local";
    return target.connected ? "connected" : "disconnected";
  }

  isLocal(linkField: string): boolean {
    const { parsed } = this.linkOf(linkField);
    return parsed.kind === "pv" && this.host.isLocal(parsed.target);
  }

  openChannel(name: string, options: NamedChannelOptions): LinkTarget {
    return this.host.openChannel(name, options);
  }

  linkProperties(linkField: string): Properties | undefined {
    return this.linkOf(linkField).target.properties();
  }

  postEvent(event: string): void {
    this.host.postEvent(event);
  }

  /** Raises the alarm of a link that could not be read or written. */
  linkFailed(field: string): false {
    this.setSevr(Status.LINK, Severity.INVALID, `field ${field}`);
    return false;
  }

  // Devices.

  readDevice(): undefined | Promise<void> {
    const outcome = readDevice(this);
    if (typeof outcome === "string") {
      this.#took(outcome);
      return undefined;
    }
    return outcome.then((settled) => this.#took(settled));
  }

  #took(outcome: ReadOutcome | "failed"): void {
    this.input = outcome;
  }

  writeDevice(isWanted?: () => boolean): undefined | Promise<void> {
    this.failed = false;
    return writeDevice(this, isWanted);
  }

  breakTable(linr: number): readonly BreakPoint[] | undefined {
    const { definitions } = this.host;
    return definitions.breakTable(definitions.choicesOf(menuConvert)[linr] ?? "");
  }

  // Functions.

  hasFunction(name: string): boolean {
    return this.host.functionNamed(name) !== undefined;
  }

  callFunction(name: string): number | Promise<number> | undefined {
    const run = this.host.functionNamed(name);
    return run && callFunction(run, this, (message) => this.report(`function ${name}: ${message}`));
  }

  setScan(scan: number): void {
    this.record.SCAN = scan;
    this.host.scanChanged(this);
  }
}
