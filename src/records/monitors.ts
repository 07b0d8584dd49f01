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

const nobody: readonly Subscription[] = [];

/** The subscriptions to the fields of one record. */
export class FieldMonitors {
  readonly #byField = new Map<string, readonly Subscription[]>();
  /** Those of VAL once more, and whether there are others: most records have no others, and post several fields each time. */
  #ofValue: readonly Subscription[] = nobody;
  #hasOthers = false;

  subscribe(field: string, subscription: Subscription): () => void {
    this.#set(field, [...(this.#byField.get(field) ?? nobody), subscription]);
    return () =>
      this.#set(
        field,
        (this.#byField.get(field) ?? nobody).filter((each) => each !== subscription),
      );
  }

  /** Who listens to what. */
  *all(): Iterable<{ readonly field: string; readonly mask: number }> {
    for (const [field, subscriptions] of this.#byField)
      for (const { mask } of subscriptions) yield { field, mask };
  }

  /** Gives the event to every subscription of the field that asks for a bit of `mask`. */
  post(field: string, mask: number, sampler: Sampler): void {
    if (field === "VAL") deliver(this.#ofValue, field, mask, sampler);
    else if (this.#hasOthers) deliver(this.#byField.get(field) ?? nobody, field, mask, sampler);
  }

  postAll(mask: number, sampler: Sampler): void {
    for (const [field, subscriptions] of this.#byField) deliver(subscriptions, field, mask, sampler);
  }

  #set(field: string, subscriptions: readonly Subscription[]): void {
    if (subscriptions.length > 0) this.#byField.set(field, subscriptions);
    else this.#byField.delete(field);
    this.#ofValue = this.#byField.get("VAL") ?? nobody;
    this.#hasOthers = this.#byField.size > (this.#ofValue === nobody ? 0 : 1);
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
