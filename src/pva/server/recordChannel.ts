import { Severity } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import {
  type Channel,
  type ChannelProvider,
  type ClientIdentity,
  firstSample,
  type MonitorEvent,
  type ProcessOption,
  type Sample,
} from "../../channel/provider.js";
import { merge } from "../data/coerce.js";
import type { StructureType } from "../data/types.js";
import { defaultStructure, type PvStructure, type PvValue } from "../data/values.js";
import { alarmOf, type NormativeKind, normativeType, propertyFields, timeStampOf } from "../nt/ntScalar.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import { kindOf, monitorMask, orThrow, processOption, readValue, writtenValue } from "./recordValue.js";
import type { ChannelSource, ServedChannel } from "./servedChannel.js";
import type { PvPut } from "./sharedPv.js";
import { Snapshot } from "./snapshot.js";

/** Records (or whatever else a ChannelProvider has) as QSRV serves them. */
export const recordSource = (provider: ChannelProvider): ChannelSource => ({
  has: (name) => provider.has(name),
  names: () => provider.names(),
  open(name: string, client: ClientIdentity) {
    const channel = provider.open(name, client);
    return channel === undefined ? undefined : new RecordChannel(channel);
  },
});

const EVERYTHING = EventMask.VALUE | EventMask.ALARM | EventMask.PROPERTY;

/** Alarm status of pvAccess for what concerns this client only. */
const CLIENT_ALARM = 7;

/** One record field as NTScalar, NTScalarArray or NTEnum. */
export class RecordChannel implements ServedChannel {
  readonly type: StructureType;
  private readonly kind: NormativeKind;
  private present: PvStructure;

  constructor(private readonly channel: Channel) {
    this.kind = kindOf(channel);
    this.type = normativeType(this.kind, channel.fieldType);
    this.present = defaultStructure(this.type);
  }

  get(): Snapshot {
    this.requireReadAccess();
    return this.update(EVERYTHING, this.channel.read());
  }

  first({ options }: PvRequest): Snapshot | undefined {
    this.requireReadAccess();
    const sample = firstSample(this.channel, monitorMask(options.get("DBE")));
    return sample && this.update(EVERYTHING, sample);
  }

  put({ partial }: PvPut, { options }: PvRequest): void | Promise<void> {
    const value = writtenValue(this.kind, this.channel.fieldType, partial["value"]);
    const process = processOption(options.get("process"));
    if (value === undefined) {
      this.putNothing(partial, process);
      return;
    }
    if (options.get("block") === "true" && process !== "inhibit")
      return this.channel.writeNotify(value, process).then(orThrow);
    orThrow(this.channel.write(value, process));
  }

  /** A put without any field processes the record when it is asked to. */
  private putNothing(partial: PvPut["partial"], process: ProcessOption): void {
    if (Object.keys(partial).length > 0) throw new Error(`${this.channel.name}: only value can be written`);
    if (process === "force" && this.channel.process !== undefined) orThrow(this.channel.process());
  }

  subscribe({ options }: PvRequest, listener: (snapshot: Snapshot) => void): () => void {
    const { channel } = this;
    const mask = monitorMask(options.get("DBE"));
    const stop = channel.subscribe(mask | EventMask.PROPERTY, (event: MonitorEvent) => {
      if (channel.access.read) listener(this.update(event.mask, event.sample));
    });
    let { read: wasReadable } = channel.access;
    const stopRights = channel.onAccessRights(({ read }) => {
      if (read !== wasReadable) listener(read ? this.update(EVERYTHING, channel.read()) : this.denied());
      wasReadable = read;
    });
    return () => {
      stop();
      stopRights();
    };
  }

  /** What a subscription hears when its client may no longer read: the alarm says so beside the last value. */
  private denied(): Snapshot {
    const alarm = { severity: Severity.INVALID, status: CLIENT_ALARM, message: "read access denied" };
    const { value, changed } = merge(this.type, this.present, { alarm });
    this.present = value;
    return new Snapshot(value, changed);
  }

  close(): void {
    this.channel.close();
  }

  private requireReadAccess(): void {
    if (!this.channel.access.read) throw new Error(`${this.channel.name}: read access denied`);
  }

  /** The structure after an event, and which of its fields the event is about. */
  private update(mask: number, sample: Sample): Snapshot {
    const fields: Record<string, PvValue> = { timeStamp: timeStampOf(sample) };
    if (mask & EventMask.PROPERTY)
      Object.assign(fields, propertyFields(this.kind, this.channel.fieldType, this.channel.properties()));
    if (mask & EventMask.ALARM) fields["alarm"] = alarmOf(sample);
    if (mask & (EventMask.VALUE | EventMask.LOG | EventMask.ALARM))
      fields["value"] = readValue(this.kind, sample.value, fields["value"]);
    const { value, changed } = merge(this.type, this.present, fields);
    this.present = value;
    return new Snapshot(value, changed);
  }
}
