import type { Timestamp } from "../libcom/epicsTime.js";
import type { Result } from "../libcom/result.js";
import type { ConvertProperties } from "./convert.js";
import type { DbfType, TypedValue, Value } from "./dbf.js";

/** Who is at the other end of a channel; access security decides by it. */
export interface ClientIdentity {
  readonly user: string;
  readonly host: string;
  /** How traces name the server that the client talks to. */
  readonly protocol?: "ca";
  /** Groups that the user has where that is known; access rules name them `role/GROUP`. */
  readonly roles?: readonly string[];
}

export interface AccessRights {
  readonly read: boolean;
  readonly write: boolean;
}

/** A value with its alarm and time, as it was when it was read or posted. */
export interface Sample {
  readonly value: Value;
  /** Index into ALARM_STATUSES. */
  readonly status: number;
  /** Index into ALARM_SEVERITIES. */
  readonly severity: number;
  /** AMSG; empty when there is none. */
  readonly message: string;
  readonly time: Timestamp;
  readonly userTag: bigint;
}

export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** What DBR_CTRL_xxx carries besides the value. Fields that a type does not have are absent. */
export interface Properties {
  readonly units?: string;
  /** PREC; for float and double. */
  readonly precision?: number;
  readonly display?: Limits;
  readonly control?: Limits;
  readonly warning?: Limits;
  readonly alarm?: Limits;
  /** The states of an enum, gaps as empty strings. */
  readonly states?: readonly string[];
  /** DESC of the record, for pvAccess's display.description. */
  readonly description?: string;
  /** How a client should show the value: the info tag Q:form, for pvAccess's display.form. */
  readonly form?: string;
}

/** What happened: the mask bits that apply, and the sample taken at that moment. */
export interface MonitorEvent {
  readonly mask: number;
  readonly sample: Sample;
}

/** Alarm acknowledgement state, for DBR_STSACK_STRING. */
export interface AlarmAcknowledge {
  readonly transient: boolean;
  readonly severity: number;
}

export interface WriteError {
  readonly reason: "noAccess" | "disabled" | "badValue" | "noConvert" | "failed" | "busy";
  readonly message: string;
}

export type WriteResult = Result<void, WriteError>;

/** How a put processes its record: as the field asks (`passive`), always, or never. */
export type ProcessOption = "passive" | "force" | "inhibit";

/**
 * One opened PV: a record field with its modifiers and filters, or anything else that has a value, an alarm and a
 * time. Both protocol servers speak to nothing but this.
 */
export interface Channel {
  /** The name as the client gave it. */
  readonly name: string;
  readonly fieldType: DbfType;
  /** The most elements a value can have; 1 for a scalar. */
  readonly elementCount: number;
  /** The elements are the bytes of a text: one that is cut off still ends with a NUL. */
  readonly isText?: boolean;
  /** Record type, for DBR_CLASS_NAME. */
  readonly className: string;
  readonly access: AccessRights;
  onAccessRights(listener: (access: AccessRights) => void): () => void;

  /** The present value, alarm and time. */
  read(): Sample;
  /** The value of `read` for who wants no more: the clients that get plain numbers, and that often. */
  value?(): Value;
  properties(): Properties;
  /** How the value reads as text, where `properties` do not say all of it: numbers beyond an enum's states. */
  textFormat?(): ConvertProperties;
  acknowledge(): AlarmAcknowledge;

  /** What a subscription begins with: undefined when a filter holds it back. As `read` when absent. */
  first?(mask: number): Sample | undefined;

  /** Writes and processes as the field asks; returns when the value is stored. */
  write(value: TypedValue, process?: ProcessOption): WriteResult;
  /** Writes, and settles when everything the write started has finished (put-callback). */
  writeNotify(value: TypedValue, process?: ProcessOption): Promise<WriteResult>;
  /** Processes without a write; absent where there is nothing to process. */
  process?(): WriteResult;
  /** PUT_ACKT and PUT_ACKS. */
  writeAcknowledge(acknowledge: { transient: boolean } | { severity: number }): WriteResult;

  /** Calls `listener` for each event that meets `mask`; the first comes from `first`, not from here. */
  subscribe(mask: number, listener: (event: MonitorEvent) => void): () => void;
  close(): void;
}

/** What a subscription to the channel begins with; undefined when a filter holds it back. */
export const firstSample = (channel: Channel, mask: number): Sample | undefined =>
  channel.first === undefined ? channel.read() : channel.first(mask);

/** A source of channels. The record engine is one; a test's in-memory table is another. */
export interface ChannelProvider {
  /** Is the name served here? Called for every search request: synchronous and cheap. */
  has(name: string): boolean;
  /** Opens a channel, or undefined when `has` would say no. Without a client it is this process, which may do anything. */
  open(name: string, client?: ClientIdentity): Channel | undefined;
  /** Every name that can be listed. */
  names(): Iterable<string>;
}
