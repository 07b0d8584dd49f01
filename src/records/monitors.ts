import type { MonitorEvent, Sample } from "../channel/provider.js";

/** One listener to one field. */
export interface Subscription {
  readonly mask: number;
  /** The field is seen as a CHAR array (`REC.FIELD$`). */
  readonly asChars: boolean;
  readonly listener: (event: MonitorEvent) => void;
}

/** The record, from which the samples that subscribers get are taken. */
export interface Sampler {
  sample(field: string, asChars: boolean): Sample;
}

/** The subscriptions to the fields of one record. */
export class FieldMonitors {
  #byField: Map<string, Subscription[]> | undefined;

  subscribe(field: string, subscription: Subscription): () => void {
    this.#byField ??= new Map();
    const present = this.#byField.get(field) ?? [];
    this.#byField.set(field, [...present, subscription]);
    return () => this.#remove(field, subscription);
  }

  /** Who listens to what. */
  *all(): Iterable<{ readonly field: string; readonly mask: number }> {
    for (const [field, subscriptions] of this.#byField ?? [])
      for (const { mask } of subscriptions) yield { field, mask };
  }

  /** Gives the event to every subscription of the field that asks for a bit of `mask`. */
  post(field: string, mask: number, sampler: Sampler): void {
    const subscriptions = this.#byField?.get(field);
    if (subscriptions !== undefined) deliver(subscriptions, field, mask, sampler);
  }

  postAll(mask: number, sampler: Sampler): void {
    if (this.#byField === undefined) return;
    for (const [field, subscriptions] of this.#byField) deliver(subscriptions, field, mask, sampler);
  }

  #remove(field: string, subscription: Subscription): void {
    const left = this.#byField?.get(field)?.filter((each) => each !== subscription) ?? [];
    if (left.length > 0) this.#byField?.set(field, left);
    else this.#byField?.delete(field);
    if (this.#byField?.size === 0) this.#byField = undefined;
  }
}

function deliver(
  subscriptions: readonly Subscription[],
  field: string,
  mask: number,
  sampler: Sampler,
): void {
  let plain: MonitorEvent | undefined;
  let chars: MonitorEvent | undefined;
  for (const subscription of subscriptions) {
    if ((subscription.mask & mask) === 0) continue;
    if (subscription.asChars) chars ??= { mask, sample: sampler.sample(field, true) };
    else plain ??= { mask, sample: sampler.sample(field, false) };
    const event = subscription.asChars ? chars : plain;
    if (event !== undefined) subscription.listener(event);
  }
}
