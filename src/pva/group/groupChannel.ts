import { merge } from "../data/coerce.js";
import type { StructureType } from "../data/types.js";
import { defaultStructure, type PvStructure, type PvValue } from "../data/values.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import { queueSizeOf } from "../server/monitorOperation.js";
import { processOption } from "../server/recordValue.js";
import type { ServedChannel } from "../server/servedChannel.js";
import type { PvPut } from "../server/sharedPv.js";
import { Snapshot } from "../server/snapshot.js";
import type { GroupDefinition, PathPart } from "./groupDefinition.js";
import type { GroupMember } from "./groupMember.js";
import { arrayOf, overlay, placed } from "./groupValue.js";

const OPTIONS_PATH: readonly PathPart[] = ["record", "_options"].map((name) => ({ name, index: undefined }));

type Shown = ReadonlyMap<GroupMember, PvValue>;

/** A group as a client sees it: records read, written and monitored as one structure. */
export class GroupChannel implements ServedChannel {
  private readonly constants: PvStructure;

  constructor(
    private readonly definition: GroupDefinition,
    readonly type: StructureType,
    private readonly members: readonly GroupMember[],
  ) {
    this.constants = definition.fields.reduce<PvStructure>(
      (whole, { path, source }) => (source.kind === "const" ? placed(whole, path, source.value) : whole),
      {},
    );
  }

  get(request?: PvRequest): Snapshot {
    const asked = request?.options.get("atomic");
    const atomic = asked === undefined ? this.definition.atomic : asked === "true";
    return this.snapshot(this.read(), { atomic });
  }

  first(request: PvRequest): Snapshot {
    return this.snapshot(this.read(), { atomic: true, queueSize: queueSizeOf(request) });
  }

  /** Writes the fields in the order that their definition gives them. Throws where nothing can be written. */
  put({ partial }: PvPut, { options }: PvRequest): void {
    const process = processOption(options.get("process"));
    const isMeant = this.members.some((member) => member.isIn(partial));
    const done = this.members.filter((member) => member.put(partial, process));
    if (isMeant && done.length === 0) throw new Error("No fields changed");
  }

  subscribe(request: PvRequest, listener: (snapshot: Snapshot) => void): () => void {
    const shown = new Map(this.read());
    let { value: present } = this.first(request);
    const show = (changes: Shown): void => {
      if (changes.size === 0) return;
      for (const [member, change] of changes) shown.set(member, overlay(shown.get(member), change));
      const { value, changed } = merge(this.type, present, this.partial(changes, shown));
      present = value;
      listener(new Snapshot(value, changed));
    };
    const stops = this.members.map((member) =>
      member.subscribe(
        ({ mask, sample }) =>
          show(
            valuesOf(this.triggeredBy(member), (each) =>
              each === member ? each.shown(mask, sample) : each.readTriggered(),
            ),
          ),
        ({ mask, sample }) => show(valuesOf([member], (each) => each.shown(mask, sample))),
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  private read(): Shown {
    return valuesOf(this.members, (member) => member.read());
  }

  private triggeredBy({ field: { triggers } }: GroupMember): readonly GroupMember[] {
    return this.members.filter(({ field }) => triggers.includes(field.name));
  }

  private snapshot(shown: Shown, options: PvStructure): Snapshot {
    const fields = placed(this.constants, [], this.partial(shown, shown));
    const whole = placed(fields, OPTIONS_PATH, options);
    const { value, changed } = merge(this.type, defaultStructure(this.type), whole);
    return new Snapshot(value, changed);
  }

  /** The fields that changed; an array of structures is whole where an element of it did. */
  private partial(changes: Shown, all: Shown): PvStructure {
    const arrays = new Set([...changes.keys()].map(({ field }) => arrayOf(field.path)));
    arrays.delete(undefined);
    let partial: PvStructure = {};
    for (const [member, value] of all) {
      const { path } = member.field;
      if (arrays.has(arrayOf(path))) partial = placed(partial, path, value);
      else {
        const change = changes.get(member);
        if (change !== undefined) partial = placed(partial, path, change);
      }
    }
    return partial;
  }
}

const valuesOf = (
  members: readonly GroupMember[],
  value: (member: GroupMember) => PvValue | undefined,
): Map<GroupMember, PvValue> =>
  new Map(
    members.flatMap((member) => {
      const shown = value(member);
      return shown === undefined ? [] : [[member, shown] as const];
    }),
  );
