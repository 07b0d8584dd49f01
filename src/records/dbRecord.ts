import type { DbfType, TypedValue, Value } from "../channel/dbf.js";
import type { Properties, Sample, WriteResult } from "../channel/provider.js";
import type { Timestamp } from "../libcom/epicsTime.js";
import type { Logger } from "../libcom/log.js";
import type { CallbackQueue } from "./callbackQueue.js";
import type { Definitions } from "./definitions.js";
import type { AttachedDevice, DeviceRecord } from "./deviceSupport.js";
import type { RecordFunction } from "./functions.js";
import type { Link, LinkTarget } from "./links/link.js";
import type { Subscription } from "./monitors.js";
import type { CommonRecord, NamedChannelOptions, RecordFields, RecordIo, RecordType } from "./recordType.js";

/** What records need of the engine around them. */
export interface RecordHost {
  readonly callbacks: CallbackQueue;
  readonly log: Logger;
  /** Names of the device supports for a record type; a record's DTYP is an index into it. */
  deviceChoices(recordType: string): readonly string[];
  /** Menus and breakpoint tables as this IOC has them. */
  readonly definitions: Definitions;
  /** The time of a time stamp event: 0 is the present moment; undefined where nothing tells the time of events. */
  eventTime(event: number): Timestamp | undefined;
  /** Moves a record to the scan list that its SCAN, PHAS and EVNT ask for. */
  scanChanged(record: DbRecord): void;
  /** Gives a link field a new text and opens it. */
  setLink(record: DbRecord, field: string, text: string): void;
  /** The record's ASG was written. */
  accessGroupChanged(record: DbRecord): void;
  postEvent(event: string | number): void;
  /** Whether a name is that of a field of this IOC. */
  isLocal(name: string): boolean;
  /** Opens a channel that is closed when the engine stops. */
  openChannel(name: string, options: NamedChannelOptions): LinkTarget;
  /** The function that `sub` and `aSub` records know by this name. */
  functionNamed(name: string): RecordFunction | undefined;
}

/** A put with completion that waits for records. */
export interface PutNotify {
  readonly state: "queued" | "waitingForRecord" | "processing" | "done";
  /** The record that was put to. */
  readonly target: DbRecord;
  /** Records whose processing is awaited. */
  readonly waiting: Set<DbRecord>;
  begin(): void;
  finish(result: WriteResult): void;
}

/** How far a processing came: up to the forward link, as far as it goes for now, or nowhere. */
export type Progress = "forwardLink" | "rest" | "failed";

/** One record as the engine sees it, whatever its type. */
export interface DbRecord extends RecordIo<CommonRecord>, DeviceRecord {
  readonly name: string;
  readonly recordType: string;
  readonly type: RecordType;
  readonly host: RecordHost;
  /** All fields by name: what the functions of the record's type are given. */
  readonly fields: RecordFields;
  /** Those that every record has, in an object of one shape: they are found sooner here, whatever types of records there are. */
  readonly record: CommonRecord;
  readonly infoTags: ReadonlyMap<string, string>;
  readonly deviceChoices: readonly string[];

  /** The link fields that lead somewhere; kept by the engine, which opens them. */
  openLinks: readonly string[];
  device: AttachedDevice | undefined;
  /** Why the device support could not be attached; every processing then raises an alarm with it. */
  deviceError: string | undefined;
  /** TSEL points at a record's TIME and copies it. */
  tselIsTime: boolean;
  /** The put-callback that waits for this record, and those that wait for their turn. */
  notify: PutNotify | undefined;
  notifyQueue: PutNotify[] | undefined;
  /** The record is somewhere in the chain of records that process each other right now. */
  inChain: boolean;

  info(tag: string): string | undefined;
  /** Sets an info tag, as the database gives it. */
  addInfo(tag: string, value: string): void;
  linkState(link: string): "constant" | "local" | "connected" | "disconnected";
  isLocal(link: string): boolean;
  openChannel(name: string, options: NamedChannelOptions): LinkTarget;
  linkProperties(link: string): Properties | undefined;
  linkOf(field: string): Link;
  readLink(link: string, into: string, as?: DbfType): boolean;
  /** As `readLink`, without an alarm when nothing could be read. */
  tryReadLink(link: string, into: string, as?: DbfType): boolean;
  readLinkValue(link: string): TypedValue | undefined;
  forward(link: string): void;
  loadConstant(link: string, into: string, as?: DbfType): boolean;
  /** Writes a text longer than an EPICS string, as CHAR where the other end is an array of them. */
  writeText(link: string, text: string): boolean;
  writeLink(link: string, value: Value, type: TypedValue["type"]): boolean;
  /** Raises the alarm of a link that could not be read or written. */
  linkFailed(field: string): false;
  post(field: string, mask: number): void;
  /**
   * Processes the record once, unless it is active or disabled. False when that failed, as far as it is known by then: a
   * link that made the record process fails with it.
   */
  process(): boolean;
  /** The part of a processing that comes before the forward link; all of it, or none, when it does not get there. */
  beginProcessing(): Progress;
  /** The part that comes when all behind the forward link has finished. */
  endProcessing(): void;
  /** A field's value as clients see it, a text as its bytes where they ask for that. */
  shownValue(field: string, asChars: boolean): Value;
  /** The same with the record's alarm and time. */
  sample(field: string, asChars: boolean): Sample;
  subscribe(field: string, subscription: Subscription): () => void;
  /** Who listens to which field. */
  subscriptions(): Iterable<{ readonly field: string; readonly mask: number }>;
}
