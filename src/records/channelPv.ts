import { BehaviorSubject, NEVER, type Observable, ReplaySubject, type Subscription } from "rxjs";
import type { Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type { Properties, Sample } from "../channel/provider.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { type ClientChannel, LONGEST_TIMEOUT_SECONDS } from "./links/channelClient.js";
import type { Pv } from "./pv.js";
import { valueForField } from "./typedValue.js";

/** A process variable over a channel, local or remote; without a channel it is never connected. */
export class ChannelPv implements Pv {
  readonly connected$: Observable<boolean>;
  readonly sample$: Observable<Sample>;
  readonly #samples = new ReplaySubject<Sample>(1);
  readonly #monitor: Subscription;
  #sample: Sample | undefined;

  constructor(
    readonly name: string,
    private readonly channel: ClientChannel | undefined,
  ) {
    this.connected$ = channel?.connected$ ?? new BehaviorSubject(false);
    this.sample$ = this.#samples.asObservable();
    const monitored = channel?.monitor({ mask: EventMask.VALUE | EventMask.ALARM }) ?? NEVER;
    this.#monitor = monitored.subscribe({
      next: (sample) => {
        this.#sample = sample;
        this.#samples.next(sample);
      },
      error: (error: unknown) => this.#samples.error(error),
    });
  }

  get connected(): boolean {
    return this.channel?.connected ?? false;
  }

  get sample(): Sample | undefined {
    return this.#sample;
  }

  async properties(): Promise<Properties> {
    return this.#named(this.#connectedChannel().properties());
  }

  async read(options?: { timeoutSeconds?: number }): Promise<Sample> {
    const sample = await this.#named(this.#connectedChannel().read(options));
    this.#sample = sample;
    return sample;
  }

  write(value: Value): void {
    const { channel } = this;
    if (channel?.connected) channel.write(this.#typed(channel, value));
  }

  async writeNotify(
    value: Value,
    { timeoutSeconds = LONGEST_TIMEOUT_SECONDS }: { timeoutSeconds?: number } = {},
  ): Promise<void> {
    const channel = this.#connectedChannel();
    await this.#named(channel.writeNotify(this.#typed(channel, value), { timeoutSeconds }));
  }

  close(): void {
    this.#monitor.unsubscribe();
    this.#samples.complete();
    this.channel?.close();
  }

  #typed(channel: ClientChannel, value: Value) {
    return valueForField(value, {
      type: channel.fieldType ?? "DOUBLE",
      elementCount: channel.elementCount,
    });
  }

  #connectedChannel(): ClientChannel {
    if (this.channel?.connected !== true) throw new Error(`${this.name}: not connected`);
    return this.channel;
  }

  /** Errors name the PV, so that a chain of many can say which one failed. */
  async #named<T>(outcome: Promise<T>): Promise<T> {
    try {
      return await outcome;
    } catch (error) {
      const message = errorMessage(error);
      throw new Error(message.includes(this.name) ? message : `${this.name}: ${message}`);
    }
  }
}
