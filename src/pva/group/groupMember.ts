import { EventMask } from "../../channel/eventMask.js";
import type { Channel, MonitorEvent, ProcessOption, Sample } from "../../channel/provider.js";
import { isPvStructure, type PvValue } from "../data/values.js";
import { kindOf, orThrow } from "../server/recordValue.js";
import type { ChannelMapping, GroupField } from "./groupDefinition.js";
import type { TypePart } from "./groupType.js";
import { valueAt } from "./groupValue.js";
import { type MappedChannel, memberMappings } from "./memberMappings.js";

const READING = EventMask.VALUE | EventMask.ALARM | EventMask.PROPERTY;
const TRIGGERED = EventMask.VALUE | EventMask.ALARM;
const CHANGES = EventMask.VALUE | EventMask.LOG | EventMask.ALARM;

/** A field of a group whose channel is open. */
export class GroupMember {
  private readonly mapped: MappedChannel;

  constructor(
    readonly field: GroupField,
    private readonly mapping: ChannelMapping,
    private readonly channel: Channel,
  ) {
    this.mapped = { channel, kind: kindOf(channel) };
  }

  /** What it adds to the group's structure; undefined for nothing. */
  get part(): TypePart | undefined {
    const type = memberMappings[this.mapping].type(this.mapped);
    return type && { path: this.field.path, id: this.field.id, type };
  }

  /** All that it has to show now. Throws where the client may not read. */
  read(): PvValue | undefined {
    if (!this.channel.access.read) throw new Error(`${this.channel.name}: read access denied`);
    return this.shown(READING, this.channel.read());
  }

  /** What a change of another field makes it show anew. */
  readTriggered(): PvValue | undefined {
    return this.shown(TRIGGERED, this.channel.read());
  }

  shown(mask: number, sample: Sample): PvValue | undefined {
    const shown = memberMappings[this.mapping].shown(this.mapped, mask, sample);
    const isNothing = isPvStructure(shown) && Object.keys(shown).length === 0;
    return isNothing ? undefined : shown;
  }

  /** Calls `changed` for changes of the value or alarm, `described` for those of units, limits and the like. */
  subscribe(changed: (event: MonitorEvent) => void, described: (event: MonitorEvent) => void): () => void {
    const changes = this.mapping === "meta" ? EventMask.ALARM : CHANGES;
    const properties = this.mapping === "scalar" ? EventMask.PROPERTY : 0;
    return this.channel.subscribe(changes | properties, (event) => {
      if (event.mask & changes) changed(event);
      else described(event);
    });
  }

  /** Whether a put has something for it. */
  isIn(partial: PvValue): boolean {
    return (
      this.mapping !== "meta" && this.mapping !== "proc" && valueAt(partial, this.field.path) !== undefined
    );
  }

  /** Writes what a put has for it; a member that only processes its record does so with every put. Returns whether it did anything. */
  put(partial: PvValue, process: ProcessOption): boolean {
    if (this.mapping === "proc") {
      if (this.channel.process !== undefined) orThrow(this.channel.process());
      return true;
    }
    const value = this.field.putOrder === undefined ? undefined : valueAt(partial, this.field.path);
    const written =
      value === undefined ? undefined : memberMappings[this.mapping].written(this.mapped, value);
    if (written === undefined) return false;
    orThrow(this.channel.write(written, process));
    return true;
  }

  close(): void {
    this.channel.close();
  }
}
