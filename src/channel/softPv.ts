import { now } from "../libcom/epicsTime.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { logger } from "../libcom/log.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { convertValue } from "./convert.js";
import { type DbfType, elementCountOf, isArrayValue, type TypedValue, type Value } from "./dbf.js";
import { EventMask } from "./eventMask.js";
import type {
  AccessRights,
  Channel,
  ChannelProvider,
  MonitorEvent,
  Properties,
  Sample,
  WriteError,
  WriteResult,
} from "./provider.js";

const log = logger("channel");

interface Listener {
  readonly mask: number;
  readonly call: (event: MonitorEvent) => void;
}

type StoreResult = Result<void | Promise<void>, WriteError>;

/** A PV that is nothing but a value in this program, with alarm, time, properties and monitors. */
export class SoftPv {
  readonly type: DbfType;
  readonly elementCount: number;
  readonly properties: Properties;
  readonly acknowledge = { transient: true, severity: 0 };
  /**
   * Hears of each value that a client writes, before it is stored. An error thrown refuses it. For a promise the value is
   * stored at once, and put-callbacks wait and fail with it.
   */
  onWrite: (value: Value) => void | Promise<void> = () => {};
  readonly #listeners = new Set<Listener>();
  readonly #accessListeners = new Set<(access: AccessRights) => void>();
  #access: AccessRights = { read: true, write: true };
  #sample: Sample;

  /** `elementCount` is the most elements a value can have. */
  constructor(
    type: DbfType,
    value: Value,
    properties: Properties = {},
    elementCount = elementCountOf(value),
  ) {
    this.type = type;
    this.elementCount = elementCount;
    this.properties = properties;
    this.#sample = { value, status: 0, severity: 0, message: "", time: now(), userTag: 0n };
  }

  get sample(): Sample {
    return this.#sample;
  }

  /** How many monitors there are. */
  get monitorCount(): number {
    return this.#listeners.size;
  }

  get access(): AccessRights {
    return this.#access;
  }

  /** What clients may do; those connected are told. */
  set access(access: AccessRights) {
    this.#access = access;
    for (const listener of this.#accessListeners) listener(access);
  }

  /** A new value, with the alarm that it had before or another one: monitors hear of it. */
  post(value: Value, alarm?: Partial<Pick<Sample, "status" | "severity" | "message">>): void {
    this.#sample = { ...this.#sample, value, time: now(), ...alarm };
    const mask = EventMask.VALUE | EventMask.LOG | (alarm === undefined ? 0 : EventMask.ALARM);
    for (const listener of this.#listeners)
      if ((listener.mask & mask) !== 0) listener.call({ mask, sample: this.#sample });
  }

  /** A channel of a client. */
  open(name: string, onClose: () => void = () => {}): Channel {
    const pv = this;
    return {
      name,
      fieldType: this.type,
      elementCount: this.elementCount,
      className: "soft",
      get access() {
        return pv.access;
      },
      onAccessRights: (listener) => {
        this.#accessListeners.add(listener);
        return () => this.#accessListeners.delete(listener);
      },
      read: () => this.#sample,
      properties: () => this.properties,
      acknowledge: () => this.acknowledge,
      write: (value) => this.#write(value),
      writeNotify: (value) => this.#writeNotify(value),
      writeAcknowledge: (acknowledge) => {
        Object.assign(this.acknowledge, acknowledge);
        return ok(undefined);
      },
      subscribe: (mask, call) => {
        const listener = { mask, call };
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      close: onClose,
    };
  }

  #store(typed: TypedValue): StoreResult {
    const options = { ...this.properties, direction: "put" } as const;
    const converted = convertValue(typed.value, typed.type, this.type, options);
    if (!converted.ok) return failed({ reason: "noConvert", message: converted.error });
    const scalar = this.elementCount === 1 && isArrayValue(converted.value) ? converted.value[0] : undefined;
    const value = scalar ?? converted.value;
    try {
      const done = this.onWrite(value);
      this.post(value);
      return ok(done);
    } catch (error) {
      return failed({ reason: "failed", message: errorMessage(error) });
    }
  }

  #write(typed: TypedValue): WriteResult {
    const stored = this.#store(typed);
    if (!stored.ok) return stored;
    stored.value?.catch((error: unknown) => log.warn(errorMessage(error)));
    return ok(undefined);
  }

  async #writeNotify(typed: TypedValue): Promise<WriteResult> {
    const stored = this.#store(typed);
    if (!stored.ok) return stored;
    try {
      await stored.value;
      return ok(undefined);
    } catch (error) {
      return failed({ reason: "failed", message: errorMessage(error) });
    }
  }
}

/** Soft PVs by name, for a server. PVs may come and go while it runs. */
export class SoftPvProvider implements ChannelProvider {
  readonly pvs: Map<string, SoftPv>;

  constructor(pvs: Readonly<Record<string, SoftPv>> = {}) {
    this.pvs = new Map(Object.entries(pvs));
  }

  has(name: string): boolean {
    return this.pvs.has(name);
  }

  names(): Iterable<string> {
    return this.pvs.keys();
  }

  open(name: string): Channel | undefined {
    return this.pvs.get(name)?.open(name);
  }
}
