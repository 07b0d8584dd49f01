import type { ChannelProvider, ClientIdentity } from "../../channel/provider.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { StructureType } from "../data/types.js";
import type { ChannelSource, ServedChannel } from "../server/servedChannel.js";
import { GroupChannel } from "./groupChannel.js";
import type { GroupDefinition } from "./groupDefinition.js";
import { GroupMember } from "./groupMember.js";
import { groupType, type TypePart } from "./groupType.js";

interface Group {
  readonly definition: GroupDefinition;
  readonly type: StructureType;
}

/** Groups of records by name, as QSRV serves them. */
export class GroupPvs implements ChannelSource {
  private readonly groups = new Map<string, Group>();

  constructor(private readonly provider: ChannelProvider) {}

  /** Serves a group. Throws where one of its channels is not there, or its fields contradict each other. */
  add(definition: GroupDefinition): void {
    if (this.provider.has(definition.name)) throw new Error("there is a record of this name");
    const members = this.members(definition);
    for (const member of members) member.close();
    this.groups.set(definition.name, { definition, type: typeOf(definition, members) });
  }

  /** The same for several; returns why some could not be. */
  addAll(definitions: readonly GroupDefinition[]): string[] {
    return definitions.flatMap((definition) => {
      try {
        this.add(definition);
        return [];
      } catch (error) {
        return [`group "${definition.name}" is left out: ${errorMessage(error)}`];
      }
    });
  }

  definitions(): Iterable<GroupDefinition> {
    return [...this.groups.values()].map(({ definition }) => definition);
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  names(): Iterable<string> {
    return this.groups.keys();
  }

  open(name: string, client: ClientIdentity): ServedChannel | undefined {
    const group = this.groups.get(name);
    if (group === undefined) return undefined;
    return new GroupChannel(group.definition, group.type, this.members(group.definition, client));
  }

  /** The fields with channels, opened for a client. */
  private members({ fields }: GroupDefinition, client?: ClientIdentity): GroupMember[] {
    return fields.flatMap((field) => {
      const { source } = field;
      if (source.kind !== "channel") return [];
      const channel = this.provider.open(source.channel, client);
      if (channel === undefined) throw new Error(`there is no channel ${source.channel}`);
      return [new GroupMember(field, source.mapping, channel)];
    });
  }
}

function typeOf({ id, fields }: GroupDefinition, members: readonly GroupMember[]): StructureType {
  const parts = fields.flatMap((field): TypePart[] => {
    if (field.source.kind === "const") return [{ path: field.path, id: "", type: field.source.type }];
    if (field.source.kind === "structure") return [{ path: field.path, id: field.id, type: undefined }];
    const part = members.find((member) => member.field === field)?.part;
    return part === undefined ? [] : [part];
  });
  return groupType(id, parts);
}
