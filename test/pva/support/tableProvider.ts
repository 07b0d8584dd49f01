import { type DbfType, elementCountOf, type TypedValue, type Value } from "../../../src/channel/dbf.js";
import { EventMask } from "../../../src/channel/eventMask.js";
import type {
  Channel,
  ChannelProvider,
  MonitorEvent,
  ProcessOption,
  Properties,
  Sample,
  WriteResult,
} from "../../../src/channel/provider.js";
import { ok } from "../../../src/libcom/result.js";

interface TableEntry {
  readonly fieldType: DbfType;
  readonly elementCount?: number;
  readonly properties?: Properties;
  readonly value: Value;
}

interface WriteSeen {
  readonly name: string;
  readonly value: TypedValue;
  readonly process: ProcessOption;
  readonly isNotify: boolean;
}

/** Names with values in memory; remembers what was written. */
export class TableProvider implements ChannelProvider {
  readonly writes: WriteSeen[] = [];
  private readonly samples = new Map<string, Sample>();
  private readonly listeners = new Map<string, Set<(event: MonitorEvent) => void>>();

  constructor(private readonly entries: Readonly<Record<string, TableEntry>>) {
    for (const [name, { value }] of Object.entries(entries))
      this.samples.set(name, {
        value,
        status: 0,
        severity: 0,
        message: "",
        time: { seconds: 1000, nanoseconds: 5 },
        userTag: 0n,
      });
  }

  has(name: string): boolean {
    return name in this.entries;
  }

  names(): Iterable<string> {
    return Object.keys(this.entries);
  }

  post(name: string, change: Partial<Sample>, mask: number = EventMask.VALUE | EventMask.ALARM): void {
    const sample = { ...this.sample(name), ...change };
    this.samples.set(name, sample);
    for (const listener of this.listeners.get(name) ?? []) listener({ mask, sample });
  }

  sample(name: string): Sample {
    const sample = this.samples.get(name);
    if (sample === undefined) throw new Error(`no entry ${name}`);
    return sample;
  }

  open(name: string): Channel | undefined {
    const entry = this.entries[name];
    return entry === undefined ? undefined : this.channelOf(name, entry);
  }

  private channelOf(name: string, entry: TableEntry): Channel {
    const write = (value: TypedValue, process: ProcessOption, isNotify: boolean): WriteResult => {
      this.writes.push({ name, value, process, isNotify });
      this.post(name, { value: value.value });
      return ok(undefined);
    };
    return {
      name,
      fieldType: entry.fieldType,
      elementCount: entry.elementCount ?? elementCountOf(entry.value),
      className: "table",
      access: { read: true, write: true },
      onAccessRights: () => () => {},
      read: () => this.sample(name),
      properties: () => entry.properties ?? {},
      acknowledge: () => ({ transient: false, severity: 0 }),
      write: (value, process = "passive") => write(value, process, false),
      writeNotify: async (value, process = "passive") => write(value, process, true),
      writeAcknowledge: () => ok(undefined),
      subscribe: (mask, listener) => {
        const filtered = (event: MonitorEvent) => {
          if (event.mask & mask) listener(event);
        };
        const set = this.listeners.get(name) ?? new Set();
        this.listeners.set(name, set.add(filtered));
        return () => set.delete(filtered);
      },
      close: () => {},
    };
  }
}
