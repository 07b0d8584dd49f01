import { Severity, Status } from "../../../channel/alarm.js";
import type { ConvertProperties } from "../../../channel/convert.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../../../channel/dbf.js";
import type { Properties } from "../../../channel/provider.js";
import { now, type Timestamp, UNDEFINED_TIME } from "../../../libcom/epicsTime.js";
import type { PvUpdate } from "../../../pva/index.js";
import type { DbRecord } from "../../dbRecord.js";
import type { PvaLink } from "../json/pvaLink.js";
import type { LinkAlarm, LinkTarget } from "../link.js";
import type { PvaLinkChannel, PvaSubscriber } from "./pvaLinks.js";
import { type PvaReading, readingOf } from "./pvaValue.js";

/** A pvAccess channel behind a link: reads give the value that came last, puts are sent at once and never wait. */
export class PvaTarget implements LinkTarget, PvaSubscriber {
  readonly kind = "json";
  #reading: PvaReading | undefined;
  #put: TypedValue | undefined;
  /** Alarm and time of the value that was read last. */
  #alarm: LinkAlarm = { status: Status.LINK, severity: Severity.INVALID, message: "" };
  #time = UNDEFINED_TIME;

  constructor(
    readonly instance: DbRecord,
    private readonly field: string,
    readonly link: PvaLink,
    readonly isInput: boolean,
    private readonly channel: PvaLinkChannel,
  ) {
    channel.add(this);
  }

  updated(update: PvUpdate): void {
    this.#reading = readingOf(update, this.link.field);
  }

  disconnected(): void {
    this.#reading = undefined;
    this.#put = undefined;
    this.#time = now();
  }

  readonly takePut = (): TypedValue | undefined => {
    const put = this.#put;
    this.#put = undefined;
    return put;
  };

  get connected(): boolean {
    return this.#reading !== undefined;
  }

  get type(): DbfType {
    return this.#reading?.value?.type ?? "LONG";
  }

  get elementCount(): number {
    const value = this.#reading?.value?.value;
    return value !== undefined && isArrayValue(value) ? value.length : 1;
  }

  read(): Value | undefined {
    const { record } = this.instance;
    const reading = this.#reading;
    if (reading === undefined) {
      this.instance.setSevr(Status.LINK, Severity.INVALID, `${this.field} Disconn`);
      if (this.link.time) record.TIME = this.#time;
      return undefined;
    }
    this.#latch(reading);
    // A field that the structure does not have reads as 0.
    return reading.value?.value ?? 0;
  }

  format(): ConvertProperties {
    return { states: this.#reading?.states };
  }

  write(value: Value, type: DbfType): boolean {
    if (!this.link.retry && !this.connected) return false;
    this.#put = { value, type };
    if (!this.link.defer) this.channel.put();
    return true;
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    if (!this.link.retry && !this.connected) return false;
    const done = this.channel.nextPut();
    this.write(value, type);
    await done;
    return true;
  }

  forward(): void {
    if (this.link.retry || this.connected) this.channel.put(true);
    else this.instance.setSevr(Status.LINK, Severity.INVALID, "Disconn");
  }

  processNotify(): Promise<void> {
    return Promise.resolve();
  }

  alarm(): LinkAlarm {
    return this.#alarm;
  }

  time(): Timestamp {
    return this.#time;
  }

  properties(): Properties | undefined {
    return this.#reading?.properties;
  }

  report(level: number): string {
    const { pv, field, proc, sevr, queueSize, pipeline, defer, time, retry, atomic, monorder } = this.link;
    const flag = (value: boolean): string => (value ? "T" : "F");
    const details =
      ` Q=${queueSize} pipe=${flag(pipeline)} defer=${flag(defer)} time=${flag(time)}` +
      ` retry=${flag(retry)} atomic=${flag(atomic)} morder=${monorder}`;
    const place = field === "" ? pv : `${pv}|.${field}`;
    const modifiers = `${proc === "Default" ? "Def" : proc} ${sevr}`;
    const disconnects = level > 0 ? ` #disconn=${this.channel.disconnects}` : "";
    return `'pva': ${place} ${modifiers}${level > 0 ? details : ""} conn=${flag(this.connected)}${disconnects}`;
  }

  close(): void {
    this.channel.remove(this);
  }

  /** The record sees alarm and time of the value that it reads. */
  #latch({ severity, message, time = UNDEFINED_TIME }: PvaReading): void {
    this.#alarm = { status: severity > 0 ? Status.LINK : 0, severity, message };
    this.#time = time;
    const { sevr } = this.link;
    if (sevr === "MS" || (sevr === "MSI" && severity === Severity.INVALID))
      this.instance.setSevr(Status.LINK, severity, message);
    if (this.link.time) this.instance.record.TIME = time;
  }
}
