import type { ConvertProperties } from "../channel/convert.js";
import type { DbfType, TypedValue } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type {
  AccessRights,
  AlarmAcknowledge,
  Channel,
  MonitorEvent,
  ProcessOption,
  Properties,
  Sample,
  WriteResult,
} from "../channel/provider.js";
import { ok } from "../libcom/result.js";
import type { ChannelName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, fixedAddress, formatOf } from "./fieldAccess.js";
import { charCount, incoming } from "./longString.js";
import { channelProperties } from "./properties.js";
import { isReadOnly, type PendingPut, putField, putFieldNotify } from "./put.js";
import type { FieldAddress } from "./recordType.js";

const readOnly: AccessRights = { read: true, write: false };
const readWrite: AccessRights = { read: true, write: true };

/** One record field opened by a client. */
export class RecordChannel implements Channel {
  readonly className: string;
  /** The field's type and size where they cannot change. */
  readonly #fixed: FieldAddress | undefined;
  #pending: Set<PendingPut> | undefined;
  #unsubscribe: Set<() => void> | undefined;

  constructor(
    readonly name: string,
    private readonly instance: DbRecord,
    private readonly address: ChannelName,
  ) {
    this.className = instance.type.name;
    const spec = instance.type.fields[address.field];
    this.#fixed = spec === undefined || address.asChars ? undefined : fixedAddress(spec);
  }

  get fieldType(): DbfType {
    if (this.#fixed !== undefined) return this.#fixed.type;
    return this.address.asChars ? "CHAR" : (addressOf(this.instance, this.address.field)?.type ?? "STRING");
  }

  get elementCount(): number {
    if (this.#fixed !== undefined) return this.#fixed.elementCount;
    const { field, asChars } = this.address;
    if (!asChars) return addressOf(this.instance, field)?.elementCount ?? 1;
    return charCount(this.instance, field);
  }

  get access(): AccessRights {
    return isReadOnly(this.instance, this.address.field) ? readOnly : readWrite;
  }

  /** Rights do not change without access security. */
  onAccessRights(): () => void {
    return () => {};
  }

  read(): Sample {
    return this.instance.sample(this.address.field, this.address.asChars);
  }

  properties(): Properties {
    if (this.address.asChars) return { description: this.instance.record.DESC };
    return channelProperties(this.instance, this.address.field);
  }

  textFormat(): ConvertProperties {
    return this.address.asChars ? {} : formatOf(this.instance, this.address.field);
  }

  acknowledge(): AlarmAcknowledge {
    const { ACKT, ACKS } = this.instance.record;
    return { transient: ACKT !== 0, severity: ACKS };
  }

  write(value: TypedValue, process: ProcessOption = "passive"): WriteResult {
    return putField(this.instance, this.address.field, incoming(this.address, value), process);
  }

  async writeNotify(value: TypedValue, process: ProcessOption = "passive"): Promise<WriteResult> {
    const pending = putFieldNotify(this.instance, this.address.field, incoming(this.address, value), process);
    this.#pending ??= new Set();
    this.#pending.add(pending);
    const result = await pending.completion;
    this.#pending.delete(pending);
    return result;
  }

  writeAcknowledge(acknowledge: { transient: boolean } | { severity: number }): WriteResult {
    const { instance } = this;
    const { record } = instance;
    const mask = EventMask.VALUE | EventMask.ALARM;
    if ("transient" in acknowledge) {
      const transient = acknowledge.transient ? 1 : 0;
      if (transient === record.ACKT) return ok(undefined);
      record.ACKT = transient;
      instance.post("ACKT", mask);
      if (transient === 0 && record.ACKS > record.SEVR) {
        record.ACKS = record.SEVR;
        instance.post("ACKS", mask);
      }
    } else {
      if (acknowledge.severity < record.ACKS) return ok(undefined);
      record.ACKS = 0;
      instance.post("ACKS", mask);
    }
    instance.postAll(EventMask.ALARM);
    return ok(undefined);
  }

  subscribe(mask: number, listener: (event: MonitorEvent) => void): () => void {
    const { field, asChars } = this.address;
    const unsubscribe = this.instance.subscribe(field, { mask, asChars, listener });
    this.#unsubscribe ??= new Set();
    this.#unsubscribe.add(unsubscribe);
    return () => {
      this.#unsubscribe?.delete(unsubscribe);
      unsubscribe();
    };
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe ?? []) unsubscribe();
    this.#unsubscribe?.clear();
    for (const pending of this.#pending ?? []) pending.cancel();
    this.#pending?.clear();
  }
}
