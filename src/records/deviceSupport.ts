import type { Observable } from "rxjs";
import type { Value } from "../channel/dbf.js";
import type { Timestamp } from "../libcom/epicsTime.js";

/** What device support sees of a record: its fields by name, in native types. */
export interface DeviceRecord {
  readonly name: string;
  readonly recordType: string;
  getField(field: string): Value;
  /** Stores without processing and without posting; the record's process function does both. */
  setField(field: string, value: Value): void;
  /** An info tag of the database, as asyn:READBACK. */
  info(tag: string): string | undefined;
}

/** Whether the record still has to convert RVAL to VAL after a read. */
export type ReadOutcome = "convert" | "noConvert";

/** What the engine offers to device support of one record. */
export interface DeviceContext {
  /** Raises the record's alarm in the current processing; an equal or lower severity than the present one is ignored. */
  setAlarm(status: number, severity: number, message?: string): void;
  /** Time of the data, used when TSE is -2. */
  setTime(time: Timestamp): void;
  /** Stamps the record's time as TSE and TSEL ask, and gives it. */
  timestamp(): Timestamp;
  /** Tells subscribers of a field, for what changes without processing. */
  post(field: string, mask: number): void;
  /** Processes the record as a scan does; no effect before iocInit is done. */
  process(): void;
}

/** Device support bound to one record. A promise keeps the record active (PACT) until it settles. */
export interface AttachedDevice {
  read?(): ReadOutcome | Promise<ReadOutcome>;
  write?(): void | Promise<void>;
  /** Each emission processes the record when its SCAN is "I/O Intr". */
  readonly ioIntr$?: Observable<unknown>;
  detach?(): void;
}

/** Code behind one DTYP for one or several record types. */
export interface DeviceSupport {
  readonly dtyp: string;
  readonly recordTypes: readonly string[];
  /**
   * Binds to a record at iocInit, before its first processing; may set VAL or RVAL to the device's present state.
   * `parameters` is the text after `@` of INP or OUT. Throws an Error that says what is wrong with it; the record then stays
   * in alarm and everything else goes on.
   */
  attach(record: DeviceRecord, parameters: string, context: DeviceContext): AttachedDevice;
}
