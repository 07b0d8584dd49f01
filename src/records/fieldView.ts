import { convertValue } from "../channel/convert.js";
import { arrayFrom, isArrayValue, type Value } from "../channel/dbf.js";
import type { MonitorEvent, Sample } from "../channel/provider.js";
import type { FieldName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, fixedAddress } from "./fieldAccess.js";
import type { FieldSpec } from "./fieldSpec.js";
import type { ChannelShape, Filter } from "./filters/filter.js";
import { chainFilters, type FilterChain } from "./filters/filterChain.js";
import { charCount, filteredChars } from "./longString.js";

/** A field of a record here, and the filters that a channel name puts in front of it. */
export interface FoundChannel {
  readonly instance: DbRecord;
  readonly address: FieldName;
  readonly spec: FieldSpec;
  readonly filters: readonly Filter[];
}

/** One field of a record as a channel name shows it: with `$` as characters, through filters. */
export class FieldView {
  readonly #instance: DbRecord;
  readonly #field: string;
  readonly #asChars: boolean;
  /** Type and size where they cannot change. */
  readonly #fixed: ChannelShape | undefined;
  readonly #chain: FilterChain | undefined;

  constructor({ instance, address: { field, asChars }, spec, filters }: FoundChannel) {
    this.#instance = instance;
    this.#field = field;
    this.#asChars = asChars;
    if (filters.length > 0) this.#chain = chainFilters(filters, this.#fieldShape());
    this.#fixed = this.#chain?.shape ?? (asChars ? undefined : fixedAddress(spec));
  }

  get shape(): ChannelShape {
    return this.#fixed ?? this.#fieldShape();
  }

  get isFiltered(): boolean {
    return this.#chain !== undefined;
  }

  /** The field now. What a filter holds back from a reader is the field as it is. */
  read(): Sample {
    const sample = this.#instance.sample(this.#field, this.#asChars);
    if (this.#chain === undefined) return sample;
    return (
      this.#filtered(this.#chain, "read", 0, sample) ?? { ...sample, value: this.#inShape(sample.value) }
    );
  }

  /** The value alone of what `read` gives. */
  value(): Value {
    if (this.#chain !== undefined) return this.read().value;
    return this.#instance.shownValue(this.#field, this.#asChars);
  }

  /** The event that a monitor starts with; undefined when a filter holds it back. */
  first(mask: number): Sample | undefined {
    const sample = this.#instance.sample(this.#field, this.#asChars);
    return this.#chain === undefined ? sample : this.#filtered(this.#chain, "event", mask, sample);
  }

  subscribe(mask: number, listener: (event: MonitorEvent) => void): () => void {
    const chain = this.#chain;
    const hears: typeof listener =
      chain === undefined
        ? listener
        : (event) => {
            const sample = this.#filtered(chain, "event", event.mask & mask, event.sample);
            if (sample !== undefined) listener({ mask: event.mask, sample });
          };
    return this.#instance.subscribe(this.#field, { mask, asChars: this.#asChars, listener: hears });
  }

  #fieldShape(): ChannelShape {
    if (this.#asChars) return { type: "CHAR", elementCount: charCount(this.#instance, this.#field) };
    return addressOf(this.#instance, this.#field) ?? { type: "STRING", elementCount: 1 };
  }

  #filtered(
    { pass }: FilterChain,
    reason: "event" | "read",
    mask: number,
    sample: Sample,
  ): Sample | undefined {
    if (this.#asChars) return this.#filteredChars(pass, reason, mask, sample);
    const isNumber =
      (typeof sample.value === "number" || typeof sample.value === "bigint") &&
      this.#instance.type.fields[this.#field]?.special !== "dbaddr";
    return pass({ reason, mask, sample, isNumber })?.sample;
  }

  /** Filters see all bytes that the text could have. */
  #filteredChars(pass: FilterChain["pass"], reason: "event" | "read", mask: number, sample: Sample) {
    const size = charCount(this.#instance, this.#field);
    const bytes = isArrayValue(sample.value) ? arrayFrom("CHAR", sample.value, size) : sample.value;
    const passed = pass({ reason, mask, sample: { ...sample, value: bytes }, isNumber: false })?.sample;
    if (!(passed?.value instanceof Int8Array)) return passed;
    return { ...passed, value: filteredChars(this.#instance, this.#field, passed.value) };
  }

  #inShape(value: Value): Value {
    const from = this.#fieldShape().type;
    const { type, elementCount } = this.shape;
    const converted = convertValue(value, from, type);
    if (!converted.ok) return value;
    return elementCount === 1 && isArrayValue(converted.value) ? (converted.value[0] ?? 0) : converted.value;
  }
}
