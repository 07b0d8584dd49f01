import type { Subscription } from "rxjs";
import type { ConvertProperties } from "../../channel/convert.js";
import type { DbfType, Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { Properties, Sample } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import type { CallbackQueue } from "../callbackQueue.js";
import { type ClientChannel, LONGEST_TIMEOUT_SECONDS } from "./channelClient.js";
import type { LinkAlarm, LinkTarget } from "./link.js";

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
    return this.channel.fieldType ?? "DOUBLE";
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
    if (!this.channel.connected) return false;
    this.options.callbacks.request(() => {
      if (this.channel.connected) this.channel.write({ value, type });
    });
    return true;
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    if (!this.channel.connected) return false;
    try {
      await this.channel.writeNotify({ value, type }, { timeoutSeconds: LONGEST_TIMEOUT_SECONDS });
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
    this.channel.close();
    this.options.closed?.();
  }

  #monitor(): void {
    const mask = EventMask.VALUE | EventMask.ALARM;
    const subscription = this.channel.monitor({ mask }).subscribe({
      next: (sample) => {
        this.#sample = sample;
        this.options.changed(sample.value);
      },
      error: () => {
        this.#sample = undefined;
      },
    });
    this.#subscriptions.push(subscription);
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
