import {
  type PvType,
  pvBoolean,
  pvInt,
  type StructureType,
  sameType,
  structure,
  structureArray,
} from "../data/types.js";
import type { PathPart } from "./groupDefinition.js";

/** A structure that is put together of parts, which may say of the same field at several places. */
class TypeNode {
  id = "";
  /** Is it the element of an array of structures? */
  isElement = false;
  private readonly fields = new Map<string, TypeNode | PvType>();

  /** The fields of `type` become fields of this structure; ids that are set stay. */
  take(type: StructureType): void {
    if (this.id === "") this.id = type.id;
    for (const field of type.fields) this.put(field.name, field.type);
  }

  put(name: string, type: PvType): void {
    if (type.kind === "structure") {
      this.below(name, false).take(type);
      return;
    }
    const present = this.fields.get(name);
    // Elements of an array share the fields of one.
    const isSame = present === undefined || (!(present instanceof TypeNode) && sameType(present, type));
    if (!isSame) throw new Error(`two fields are called ${name}`);
    this.fields.set(name, type);
  }

  /** The structure, or the element of an array of structures, in a field. */
  below(name: string, isElement: boolean): TypeNode {
    const present = this.fields.get(name);
    if (present === undefined) {
      const node = new TypeNode();
      node.isElement = isElement;
      this.fields.set(name, node);
      return node;
    }
    if (!(present instanceof TypeNode) || present.isElement !== isElement)
      throw new Error(`field ${name} cannot be a structure and something else`);
    return present;
  }

  finished(): StructureType {
    return structure(
      this.id,
      [...this.fields].map(([name, field]): readonly [string, PvType] => {
        if (!(field instanceof TypeNode)) return [name, field];
        return [name, field.isElement ? structureArray(field.finished()) : field.finished()];
      }),
    );
  }
}

/** What every group begins with: how a request was understood. */
const OPTIONS = structure("", {
  record: structure("", { _options: structure("", { queueSize: pvInt, atomic: pvBoolean }) }),
});

/** A part of a group: what stands at a path, undefined for a structure that is there for its id only. */
export interface TypePart {
  readonly path: readonly PathPart[];
  readonly id: string;
  readonly type: PvType | undefined;
}

/** The structure of a group. Throws where parts contradict each other. */
export function groupType(id: string, parts: readonly TypePart[]): StructureType {
  const top = new TypeNode();
  top.take(OPTIONS);
  for (const part of parts) placeAt(top, part.path, part);
  top.id = id;
  return top.finished();
}

function placeAt(node: TypeNode, [next, ...rest]: readonly PathPart[], part: TypePart): void {
  if (next === undefined) {
    if (part.type?.kind === "structure") node.take(part.type);
    if (part.id !== "") node.id = part.id;
    return;
  }
  const isLeaf = rest.length === 0 && part.type !== undefined && part.type.kind !== "structure";
  if (isLeaf && part.type !== undefined) node.put(next.name, part.type);
  else placeAt(node.below(next.name, next.index !== undefined), rest, part);
}
