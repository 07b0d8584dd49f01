import type { Subscription } from "rxjs";
import { type ConvertProperties, convertValue } from "../../channel/convert.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { Properties, Sample } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import type { CallbackQueue } from "../callbackQueue.js";
import { type ClientChannel, LONGEST_TIMEOUT_SECONDS } from "./channelClient.js";
import type { LinkAlarm, LinkTarget } from "./link.js";

/** What values become that Channel Access has no type for; its characters are signed numbers to a link. */
const carriedAs: Partial<Record<DbfType, DbfType>> = {
  UCHAR: "CHAR",
  USHORT: "LONG",
  ULONG: "DOUBLE",
  INT64: "DOUBLE",
  UINT64: "DOUBLE",
};

export interface CaTargetOptions {
  readonly callbacks: CallbackQueue;
  /** Input links are monitored; output links are not. */
  readonly monitored: boolean;
  /** Runs when the records have their first values: at once, or at the end of their initialisation. */
  readonly whenReady: (action: () => void) => void;
  /** Called when a new value has come, or, without one, when the connection has gone. */
  readonly changed: (value?: Value) => void;
  /** Called when the channel connects or loses its connection, and when the link is closed. */
  readonly connectionChanged?: () => void;
  readonly closed?: () => void;
}

/** A channel behind a link: reads give the last monitored value, writes are sent soon and never wait. */
export class CaTarget implements LinkTarget {
  readonly kind = "ca";
  #sample: Sample | undefined;
  #properties: Properties | undefined;
  readonly #subscriptions: Subscription[] = [];

  constructor(
    private readonly channel: ClientChannel,
    private readonly options: CaTargetOptions,
  ) {
    this.#subscriptions.push(channel.connected$.subscribe((connected) => this.#connectionChanged(connected)));
    if (options.monitored) options.whenReady(() => this.#monitor());
  }

  get connected(): boolean {
    return this.channel.connected;
  }

  get type(): DbfType {
    const { fieldType = "DOUBLE" } = this.channel;
    return carriedAs[fieldType] ?? fieldType;
  }

  get elementCount(): number {
    return this.channel.elementCount;
  }

  read(): Value | undefined {
    return this.channel.connected ? this.#sample?.value : undefined;
  }

  format(): ConvertProperties {
    return { states: this.#properties?.states };
  }

  write(value: Value, type: DbfType): boolean {
    const put = this.#outgoing(value, type);
    if (put === undefined) return false;
    this.options.callbacks.request(() => {
      if (this.channel.connected) this.channel.write(put);
    });
    return true;
  }

  /** The value as the channel's own type, an enum's state as its text; undefined for what cannot be sent. */
  #outgoing(value: Value, type: DbfType): TypedValue | undefined {
    if (!this.channel.connected) return undefined;
    const to = this.type;
    if (type === to || (to === "ENUM" && type === "STRING")) return { value, type };
    const sent = this.elementCount === 1 && isArrayValue(value) ? (value[0] ?? value) : value;
    const converted = convertValue(sent, type, to, { direction: "put" });
    return converted.ok ? { value: converted.value, type: to } : undefined;
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    const put = this.#outgoing(value, type);
    if (put === undefined) return false;
    try {
      await this.channel.writeNotify(put, { timeoutSeconds: LONGEST_TIMEOUT_SECONDS });
      return true;
    } catch {
      return false;
    }
  }

  forward(): void {
    if (this.channel.name.endsWith(".PROC")) this.write(1, "LONG");
  }

  processNotify(): Promise<void> {
    return Promise.resolve();
  }

  /** Without a message: none crosses Channel Access. */
  alarm(): LinkAlarm | undefined {
    return this.#sample && { ...this.#sample, message: "" };
  }

  time(): Timestamp | undefined {
    return this.#sample?.time;
  }

  properties(): Properties | undefined {
    return this.#properties;
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#sample = undefined;
    this.channel.close();
    this.options.closed?.();
  }

  #monitor(): void {
    const mask = EventMask.VALUE | EventMask.ALARM;
    const subscription = this.channel.monitor({ mask }).subscribe({
      next: (sample) => this.#arrived(sample),
      error: () => {
        this.#sample = undefined;
      },
    });
    this.#subscriptions.push(subscription);
  }

  /** What comes after the first value is seen once the processing that made it is over, as from another IOC. */
  #arrived(sample: Sample): void {
    if (this.#sample === undefined) this.#take(sample);
    else
      this.options.callbacks.request(() => {
        if (this.#sample !== undefined) this.#take(sample);
      });
  }

  #take(sample: Sample): void {
    const value = this.#carried(sample.value);
    this.#sample = { ...sample, value };
    this.options.changed(value);
  }

  #carried(value: Value): Value {
    const { fieldType = "DOUBLE" } = this.channel;
    const type = carriedAs[fieldType];
    const carried = type && convertValue(value, fieldType, type, { direction: "get" });
    return carried?.ok ? carried.value : value;
  }

  #connectionChanged(connected: boolean): void {
    this.options.connectionChanged?.();
    if (!connected) {
      if (this.#sample !== undefined) this.options.changed();
      this.#sample = undefined;
      return;
    }
    if (this.options.monitored)
      this.channel.properties().then(
        (properties) => {
          this.#properties = properties;
        },
        () => {},
      );
  }
}
