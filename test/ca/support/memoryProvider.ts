import { convertValue } from "../../../src/channel/convert.js";
import {
  type DbfType,
  elementCountOf,
  isArrayValue,
  type TypedValue,
  type Value,
} from "../../../src/channel/dbf.js";
import { EventMask } from "../../../src/channel/eventMask.js";
import type {
  AccessRights,
  Channel,
  ChannelProvider,
  MonitorEvent,
  Properties,
  Sample,
  WriteResult,
} from "../../../src/channel/provider.js";
import { now } from "../../../src/libcom/epicsTime.js";
import { failed, ok } from "../../../src/libcom/result.js";

interface Listener {
  readonly mask: number;
  readonly call: (event: MonitorEvent) => void;
}

/** A PV that lives in the memory of a test. */
export class MemoryPv {
  readonly type: DbfType;
  readonly elementCount: number;
  readonly properties: Properties;
  sample: Sample;
  access: AccessRights = { read: true, write: true };
  acknowledge = { transient: true, severity: 0 };
  /** What a put-callback waits for after its write. */
  completion: () => Promise<void> = () => Promise.resolve();
  readonly listeners = new Set<Listener>();
  readonly accessListeners = new Set<(access: AccessRights) => void>();

  constructor(
    type: DbfType,
    value: Value,
    properties: Properties = {},
    elementCount = elementCountOf(value),
  ) {
    this.type = type;
    this.elementCount = elementCount;
    this.properties = properties;
    this.sample = { value, status: 0, severity: 0, message: "", time: now(), userTag: 0n };
  }

  post(value: Value, alarm: { status?: number; severity?: number } = {}): void {
    const { status, severity, message, userTag } = this.sample;
    this.sample = {
      value,
      status: alarm.status ?? status,
      severity: alarm.severity ?? severity,
      message,
      time: now(),
      userTag,
    };
    const mask = EventMask.VALUE | EventMask.LOG | (alarm.status === undefined ? 0 : EventMask.ALARM);
    for (const listener of this.listeners)
      if ((listener.mask & mask) !== 0) listener.call({ mask, sample: this.sample });
  }

  setAccess(access: AccessRights): void {
    this.access = access;
    for (const listener of this.accessListeners) listener(access);
  }

  write(value: TypedValue): WriteResult {
    const converted = convertValue(value.value, value.type, this.type, {
      ...this.properties,
      direction: "put",
    });
    if (!converted.ok) return failed({ reason: "noConvert", message: converted.error });
    const scalar = this.elementCount === 1 && isArrayValue(converted.value) ? converted.value[0] : undefined;
    this.post(scalar ?? converted.value);
    return ok(undefined);
  }
}

/** PVs by name, for tests of the servers. */
export class MemoryProvider implements ChannelProvider {
  readonly pvs: Map<string, MemoryPv>;
  /** Channels that clients have open. */
  openChannels = 0;

  constructor(pvs: Readonly<Record<string, MemoryPv>>) {
    this.pvs = new Map(Object.entries(pvs));
  }

  has(name: string): boolean {
    return this.pvs.has(name);
  }

  names(): Iterable<string> {
    return this.pvs.keys();
  }

  open(name: string): Channel | undefined {
    const pv = this.pvs.get(name);
    if (pv === undefined) return undefined;
    this.openChannels += 1;
    return {
      name,
      fieldType: pv.type,
      elementCount: pv.elementCount,
      className: "memory",
      get access() {
        return pv.access;
      },
      onAccessRights: (listener) => {
        pv.accessListeners.add(listener);
        return () => pv.accessListeners.delete(listener);
      },
      read: () => pv.sample,
      properties: () => pv.properties,
      acknowledge: () => pv.acknowledge,
      write: (value) => pv.write(value),
      writeNotify: async (value) => {
        const result = pv.write(value);
        await pv.completion();
        return result;
      },
      writeAcknowledge: (acknowledge) => {
        Object.assign(pv.acknowledge, acknowledge);
        return ok(undefined);
      },
      subscribe: (mask, call) => {
        const listener = { mask, call };
        pv.listeners.add(listener);
        return () => pv.listeners.delete(listener);
      },
      close: () => {
        this.openChannels -= 1;
      },
    };
  }
}
