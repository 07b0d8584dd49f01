import type { DbfType, TypedValue, Value } from "../channel/dbf.js";
import type { Limits, Properties } from "../channel/provider.js";
import type { BreakPoint } from "../database/definitions.js";
import type { Timestamp } from "../libcom/epicsTime.js";
import { dbCommonFields } from "./dbCommon.js";
import type { AttachedDevice, ReadOutcome } from "./deviceSupport.js";
import { type FieldSpec, type FieldTable, type FieldValue, isLinkType, string } from "./fieldSpec.js";
import type { Link, LinkTarget } from "./links/link.js";

/** The record object that a field table describes: one property per field, natively typed. */
export type FieldsOf<F extends FieldTable> = {
  -readonly [K in keyof F]: F[K] extends FieldSpec<infer T> ? T : never;
};

/** What every record has, and the moment of its last processing. */
export type CommonRecord = Omit<FieldsOf<typeof dbCommonFields>, "TIME"> & { TIME: Timestamp };

/** All fields of a record by name, with the types of those that every record has. */
export type RecordFields = Record<string, FieldValue> & CommonRecord;

export type RecordOf<F extends FieldTable> = CommonRecord & Omit<FieldsOf<F>, keyof CommonRecord>;

type NamesOf<R, T> = { [K in keyof R & string]: R[K] extends T ? K : never }[keyof R & string];
export type LinkName<R> = NamesOf<R, Link>;
export type ValueName<R> = NamesOf<R, Value>;

/** Where a field's value is kept and how it looks from outside, for fields without a fixed address. */
export interface FieldAddress {
  readonly type: DbfType;
  readonly elementCount: number;
  /** Bytes of a text longer than an EPICS string, with its NUL. */
  readonly bytes?: number;
  /** Clients may not write. */
  readonly readOnly?: boolean;
}

/** Metadata of one field as clients see it. */
export interface FieldProperties {
  units?: string;
  precision?: number;
  display?: Limits;
  control?: Limits;
  warning?: Limits;
  alarm?: Limits;
}

/** What is done with a channel that a record type opens by name. */
export interface NamedChannelOptions {
  /** Called for each value; without it the channel is only written to. */
  readonly changed?: (value: Value) => void;
  /** Called when it connects or loses its connection. */
  readonly connected: () => void;
}

/** What a record type's functions can ask for; one per record. `L` and `V` are the names of its links and values. */
export interface RecordServices<L extends string, V extends string> {
  readonly name: string;
  readonly recordType: string;
  info(tag: string): string | undefined;
  /** True in the second half of an asynchronous processing, after the promise of `process` settled. */
  readonly resumed: boolean;
  /**
   * The present processing failed, which links that caused it pass on. `readDevice` and `writeDevice` set it by what they
   * came to; types that do not pass on failures clear it.
   */
  failed: boolean;

  /** The link fields that lead somewhere, in the order of the field table: those that are not empty or constant. */
  readonly openLinks: readonly string[];

  /**
   * Reads an input link into a field, converted to its type. A constant link leaves the field alone. False, with a LINK
   * alarm raised, when nothing could be read. Enums and menus take numbers, never the names of their states.
   * @param as the type that the value is read as, where it is not the field's
   */
  readLink(link: L, into: V, as?: DbfType): boolean;
  /** Reads an input link as the source has it; undefined for constants and, with a LINK alarm, for failures. */
  readLinkValue(link: L): TypedValue | undefined;
  /** Puts the value of a constant link into a field, as records do once when they start. False when it is no constant. */
  loadConstant(link: L, into: V, as?: DbfType): boolean;
  /** Writes through an output link; false, with a LINK alarm raised, when that failed. */
  writeLink(link: L, value: Value, type: DbfType): boolean;

  /** Reads through device support or the soft channel, or from SIOL when simulating; the result is in `input`. */
  readDevice(): undefined | Promise<void>;
  /** What the last `readDevice` came to; after a failure the value is what it was, and an alarm is raised. */
  readonly input: ReadOutcome | "failed";
  /**
   * Writes through device support or the soft channel, or to SIOL when simulating.
   * @param isWanted says, when the record does not simulate, whether to write at all
   */
  writeDevice(isWanted?: () => boolean): undefined | Promise<void>;
  /** The device support behind DTYP, for types that need more of it than reading and writing. */
  readonly device: AttachedDevice | undefined;
  /** Why device support could not be attached. */
  readonly deviceError: string | undefined;
  /** Whether code other than the built-in soft channels is behind DTYP. */
  readonly hasDeviceSupport: boolean;
  /** DTYP is "Raw Soft Channel". */
  readonly isRawSoftChannel: boolean;
  /** Device support has set RVAL at start, so that VAL has to follow from it. */
  readonly deviceSetRaw: boolean;

  /** Raises the alarm of the present processing; an equal or lower severity than the one raised already is ignored. */
  setSevr(status: number, severity: number, message?: string): boolean;
  /** Makes the raised alarm the record's; returns DBE_ALARM when anything about it changed. */
  resetAlarms(): number;
  /** Stamps the record's time as TSE and TSEL ask. */
  timestamp(): void;
  /** Tells subscribers of a field. */
  post(field: V, mask: number): void;
  /** Tells subscribers of every field, as for DBE_PROPERTY. */
  postAll(mask: number): void;
  /** Resolves after a time; rejects never, and not at all once the engine has stopped. */
  delay(seconds: number): Promise<void>;
  /** Processes the record soon, outside the present processing. */
  scanOnce(): void;
  /** Processes the record that a forward link points at. */
  forward(link: L): void;
  /** Runs the forward link and ends a put-callback; for types that do this themselves. */
  forwardLink(): void;
  /** Tells the operator of something wrong with the record, in one line. */
  report(message: string): void;
  /** Processes the record now, as a scan does. False when that failed at once. */
  process(): boolean;
  /** Processes the records that scan on an event. */
  postEvent(event: string): void;
  /** The state of a link, for types that show it. */
  linkState(link: L): "constant" | "local" | "connected" | "disconnected";
  /** Whether a link leads to a record of this IOC, however it gets there. */
  isLocal(link: L): boolean;
  /**
   * Opens a channel to a PV of this IOC or another, for types that name PVs in their texts; it is closed when the engine stops.
   * What it tells comes outside of any processing.
   */
  openChannel(name: string, options: NamedChannelOptions): LinkTarget;
  /** Metadata of what an input link points at. */
  linkProperties(link: L): Properties | undefined;
  /** The breakpoint table that a choice of LINR names. */
  breakTable(linr: number): readonly BreakPoint[] | undefined;
  /** Whether a function of this name is registered. */
  hasFunction(name: string): boolean;
  /** Runs a registered function on this record: its status, negative for a failure. Undefined where there is none. */
  callFunction(name: string): number | Promise<number> | undefined;
  /** Moves the record to another scan list. */
  setScan(scan: number): void;
}

/** The services for a record object `R`; those of a type with more fields fit where fewer are asked for. */
export type RecordIo<R> = RecordServices<LinkName<R>, ValueName<R>>;

/** Which fields device support works on. */
export interface DeviceFields {
  readonly link: "INP" | "OUT" | "SVL";
  /** What Soft Channel reads or writes. */
  readonly value: string;
  /** What Raw Soft Channel reads or writes; the type has no such support when absent. */
  readonly raw?: string;
  /** Raw Soft Channel writes the bits of MASK only. */
  readonly masksRaw?: boolean;
  /** A soft channel that fails does not make the put fail that processed the record. */
  readonly forgiving?: boolean;
  /** Soft Channel counts the value as defined after reading a constant, too. */
  readonly constantDefines?: boolean;
  /** The types that Soft Channel and Raw Soft Channel go through links with, where those are not the fields'. */
  readonly as?: DbfType;
  readonly rawAs?: DbfType;
}

/** Everything that makes a record type, besides its fields. */
export interface RecordBehaviour<R> {
  readonly device?: DeviceFields;
  /** The DTYP of a type whose device support finds what it needs in the fields, without INP or OUT. */
  readonly ownDevice?: string;
  /** At iocInit, before device support is attached: allocates arrays, takes the values of constant links. */
  prepare?(record: R, io: RecordIo<R>): void;
  /** At iocInit, after device support may have set VAL or RVAL. */
  init?(record: R, io: RecordIo<R>): void;
  /**
   * First half of processing. A promise keeps the record active (PACT) until it settles; "abandoned" leaves out all
   * that follows.
   */
  process(record: R, io: RecordIo<R>): undefined | Promise<unknown> | "abandoned";
  /** Second half: alarms, monitors. `false` leaves out the forward link, and with it the end of a put-callback. */
  complete?(record: R, io: RecordIo<R>): boolean | undefined;
  /** Before a put to a field that has a `special`: a text refuses it. */
  beforePut?(record: R, io: RecordIo<R>, field: string): string | undefined;
  /** After a put to a field that has a `special`. A text reports a failure. */
  afterPut?(record: R, io: RecordIo<R>, field: string): string | undefined;
  /** For fields without a fixed address: arrays, and enums that may be numbers. */
  address?(record: R, field: string): FieldAddress | undefined;
  /** The states of an ENUM field, gaps as empty strings. */
  states?(record: R, field: string): readonly string[];
  /** Texts of the values of an ENUM field where more values have one than there are states to choose from. */
  stateTexts?(record: R): readonly string[];
  /** Text of an enum value that has none of its own. */
  readonly illegalState?: string;
  /**
   * Which limits follow from a field's type where `properties` gives none: both kinds when absent, those of control
   * only, or neither; limits that do not exist are 0.
   */
  readonly limits?: "control" | "none";
  /** Metadata of one field; what it leaves out follows from the field's type. */
  properties?(record: R, field: string, io: RecordIo<R>): FieldProperties;
}

/** A record type: its name, its fields with those of every record, its behaviour. */
export interface RecordType {
  readonly name: string;
  readonly fields: FieldTable;
  readonly fieldNames: readonly string[];
  /** The same names, for questions. */
  readonly settable: ReadonlySet<string>;
  /** The fields that are links. */
  readonly linkNames: readonly string[];
  readonly behaviour: RecordBehaviour<RecordFields>;
  /** The fields beyond those of every record, for documentation and tests. */
  readonly ownFields: FieldTable;
}

/**
 * Defines a record type. The field table decides what can be read, written and configured and the type of
 * `record.FIELD` in the functions; nothing else in the engine knows the type.
 */
export function defineRecordType<const F extends FieldTable>(
  name: string,
  ownFields: F,
  behaviour: RecordBehaviour<RecordOf<F>>,
): RecordType {
  const listed: FieldTable = { ...dbCommonFields, ...ownFields };
  // Every record can be asked for its type, though no list of fields shows it.
  const fields: FieldTable = { ...listed, RTYP: string(40, { special: "attribute", initial: name }) };
  // The engine calls these functions only with records made from this very table.
  const erased = behaviour as unknown as RecordBehaviour<RecordFields>;
  const fieldNames = Object.keys(listed);
  const linkNames = fieldNames.filter((field) => isLinkType(fields[field]?.dbf ?? "NOACCESS"));
  const settable = new Set(fieldNames);
  return { name, fields, fieldNames, settable, linkNames, behaviour: erased, ownFields };
}
