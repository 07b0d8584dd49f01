import type { ConvertProperties } from "../channel/convert.js";
import type { DbfType, TypedValue, Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type {
  AccessRights,
  AlarmAcknowledge,
  Channel,
  ClientIdentity,
  MonitorEvent,
  ProcessOption,
  Properties,
  Sample,
  WriteResult,
} from "../channel/provider.js";
import { failed, ok } from "../libcom/result.js";
import type { FieldName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import { formatOf } from "./fieldAccess.js";
import type { FieldSpec } from "./fieldSpec.js";
import { FieldView, type FoundChannel } from "./fieldView.js";
import { incoming } from "./longString.js";
import { become } from "./processTrace.js";
import { channelProperties } from "./properties.js";
import { isReadOnly, type PendingPut, processForPut, putField, putFieldNotify } from "./put.js";
import type { AccessClient } from "./security/accessSecurity.js";
import type { TrapWrites } from "./security/trapWrite.js";

const readOnly: AccessRights = { read: true, write: false };
const readWrite: AccessRights = { read: true, write: true };

/** What access security says of the client behind a channel. */
export interface ChannelSecurity {
  readonly client: AccessClient;
  readonly trapWrites: TrapWrites;
}

/** One record field opened by a client. */
export class RecordChannel implements Channel {
  readonly className: string;
  private readonly instance: DbRecord;
  private readonly address: FieldName;
  readonly #view: FieldView;
  readonly #spec: FieldSpec;
  /** The client, where traces name it. */
  readonly #actor: ClientIdentity | undefined;
  #pending: Set<PendingPut> | undefined;
  #unsubscribe: Set<() => void> | undefined;

  constructor(
    readonly name: string,
    field: FoundChannel,
    private readonly security?: ChannelSecurity,
    client?: ClientIdentity,
  ) {
    this.instance = field.instance;
    this.address = field.address;
    this.className = field.instance.type.name;
    this.#view = new FieldView(field);
    this.#spec = field.spec;
    this.#actor = client?.protocol === undefined ? undefined : client;
  }

  get fieldType(): DbfType {
    return this.#view.shape.type;
  }

  get elementCount(): number {
    return this.#view.shape.elementCount;
  }

  get isText(): boolean {
    return this.address.asChars;
  }

  get access(): AccessRights {
    const rights = this.security?.client.rights ?? readWrite;
    // EPICS Base grants writing to RTYP, which it then refuses.
    const { special } = this.#spec;
    if (special === undefined || special === "attribute") return rights;
    if (!isReadOnly(this.instance, this.address.field, this.#spec)) return rights;
    return rights.read ? readOnly : { read: false, write: false };
  }

  onAccessRights(listener: (access: AccessRights) => void): () => void {
    return this.security?.client.onRights(() => listener(this.access)) ?? (() => {});
  }

  read(): Sample {
    return this.#view.read();
  }

  value(): Value {
    return this.#view.value();
  }

  first(mask: number): Sample | undefined {
    return this.#view.first(mask);
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
    if (this.#isDenied()) return this.#denied();
    const done = this.#trapWrite(value);
    const before = become(this.#actor);
    try {
      return putField(
        this.instance,
        this.address.field,
        this.#spec,
        incoming(this.instance, this.address, value),
        process,
      );
    } finally {
      become(before);
      done?.();
    }
  }

  process(): WriteResult {
    return this.#isDenied() ? this.#denied() : processForPut(this.instance);
  }

  async writeNotify(value: TypedValue, process: ProcessOption = "passive"): Promise<WriteResult> {
    if (this.#isDenied()) return this.#denied();
    const done = this.#trapWrite(value);
    const pending = this.#startPut(incoming(this.instance, this.address, value), process);
    this.#pending ??= new Set();
    this.#pending.add(pending);
    const result = await pending.completion;
    this.#pending.delete(pending);
    done?.();
    return result;
  }

  #startPut(value: TypedValue, process: ProcessOption): PendingPut {
    const before = become(this.#actor);
    try {
      return putFieldNotify(this.instance, this.address.field, this.#spec, value, process);
    } finally {
      become(before);
    }
  }

  #isDenied(): boolean {
    return this.security?.client.rights.write === false;
  }

  #denied(): WriteResult {
    return failed({ reason: "noAccess", message: `${this.name}: write access denied` });
  }

  /** Tells those who log writes of this one, where a rule asks for it; the answer tells them that it is done. */
  #trapWrite(value: TypedValue): (() => void) | undefined {
    const { security } = this;
    if (security?.client.decision.trapWrite !== true) return undefined;
    return security.trapWrites.before({ client: security.client.identity, channel: this, value });
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
    const unsubscribe = this.#view.subscribe(mask, listener);
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
    this.security?.client.close();
  }
}
