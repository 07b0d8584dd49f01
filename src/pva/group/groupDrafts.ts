import { type JsonMap, type JsonNode, parseJson5 } from "../../libcom/json5.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { pvBoolean, pvDouble, pvLong, pvString } from "../data/types.js";
import {
  type ChannelMapping,
  type FieldSource,
  type GroupDefinition,
  type GroupField,
  parsePath,
} from "./groupDefinition.js";

const CHANNEL_MAPPINGS: readonly string[] = [
  "scalar",
  "plain",
  "any",
  "meta",
  "proc",
] satisfies ChannelMapping[];
const isChannelMapping = (text: string): text is ChannelMapping => CHANNEL_MAPPINGS.includes(text);

/** What has been said of a field so far; several records may say parts of it. */
interface FieldDraft {
  type: string;
  channel: string;
  id: string;
  trigger: string;
  putOrder: number | undefined;
  constant: JsonNode | undefined;
}

interface GroupDraft {
  id: string;
  atomic: boolean;
  readonly fields: Map<string, FieldDraft>;
}

const newField = (): FieldDraft => ({
  type: "scalar",
  channel: "",
  id: "",
  trigger: "",
  putOrder: undefined,
  constant: undefined,
});

/** The text of a JSON value that is one, or a number or truth value. */
const textOf = (node: JsonNode): string =>
  node.kind === "map" || node.kind === "array" || node.kind === "null" ? "" : String(node.value);

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Collects definitions of groups, as `info(Q:group, ...)` of records and files of dbLoadGroup have them in parts. */
export class GroupDrafts {
  private readonly groups = new Map<string, GroupDraft>();

  /**
   * Takes one text of definitions. `channelPrefix` stands before each `+channel`: `record.` for those of a record. Returns
   * what was wrong; the rest counts.
   */
  add(json: string, channelPrefix: string): string[] {
    const parsed = parseJson5(json);
    if (!parsed.ok) return [parsed.error];
    if (parsed.value.kind !== "map") return ["a map of groups is needed"];
    return parsed.value.entries.flatMap(({ key, value }) =>
      value.kind === "map" ? this.addGroup(key, value, channelPrefix) : [`group "${key}" is no map`],
    );
  }

  private addGroup(name: string, { entries }: JsonMap, channelPrefix: string): string[] {
    const group = this.groups.get(name) ?? { id: "", atomic: true, fields: new Map<string, FieldDraft>() };
    this.groups.set(name, group);
    return entries.flatMap(({ key, value }) => {
      if (value.kind === "map") {
        const field = group.fields.get(key) ?? newField();
        group.fields.set(key, field);
        return value.entries.flatMap((option) => takeOption(field, option.key, option.value, channelPrefix));
      }
      if (key === "+id") group.id = textOf(value);
      else if (key === "+atomic") group.atomic = textOf(value) === "true";
      else return [`group "${name}": unknown option "${key}"`];
      return [];
    });
  }

  /** The groups that make sense, by name, and why others do not. */
  finish(): { readonly groups: readonly GroupDefinition[]; readonly problems: readonly string[] } {
    const groups: GroupDefinition[] = [];
    const problems: string[] = [];
    for (const [name, draft] of [...this.groups].sort(byName)) {
      const group = finishGroup(name, draft, (problem) => problems.push(`group "${name}": ${problem}`));
      if (group.ok) groups.push(group.value);
      else problems.push(`group "${name}" is left out: ${group.error}`);
    }
    return { groups, problems };
  }
}

function takeOption(field: FieldDraft, key: string, value: JsonNode, channelPrefix: string): string[] {
  switch (key) {
    case "+type":
      field.type = textOf(value);
      return [];
    case "+channel":
      field.channel = channelPrefix + textOf(value);
      return [];
    case "+id":
      field.id = textOf(value);
      return [];
    case "+trigger":
      field.trigger = textOf(value);
      return [];
    case "+putorder":
      if (value.kind !== "integer") return ["+putorder needs a whole number"];
      field.putOrder = Number(value.value);
      return [];
    case "+const":
      field.constant = value;
      return [];
    default:
      return [`unknown field option "${key}"`];
  }
}

/** Fields that cannot be written come first, then those that can in their order; by name where that is the same. */
const inOrder = (a: GroupField, b: GroupField): number =>
  (a.putOrder ?? Number.NEGATIVE_INFINITY) === (b.putOrder ?? Number.NEGATIVE_INFINITY)
    ? byName([a.name, a], [b.name, b])
    : (a.putOrder ?? Number.NEGATIVE_INFINITY) - (b.putOrder ?? Number.NEGATIVE_INFINITY);

function finishGroup(
  name: string,
  { id, atomic, fields: drafts }: GroupDraft,
  warn: (problem: string) => void,
): Result<GroupDefinition> {
  const fields: GroupField[] = [];
  for (const [fieldName, draft] of drafts) {
    if (fieldName === "" && draft.type !== "meta") {
      warn('only +type:"meta" can be at the top');
      continue;
    }
    const path = parsePath(fieldName);
    if (!path.ok) return path;
    const source = sourceOf(fieldName, draft, warn);
    if (!source.ok) return source;
    const { id: fieldId, putOrder } = draft;
    fields.push({
      name: fieldName,
      path: path.value,
      source: source.value,
      id: fieldId,
      putOrder,
      triggers: [],
    });
  }
  return ok({ name, id, atomic, fields: withTriggers(fields.sort(inOrder), drafts, warn) });
}

function sourceOf(
  name: string,
  { type, channel, constant }: FieldDraft,
  warn: (problem: string) => void,
): Result<FieldSource> {
  if (isChannelMapping(type))
    return channel === ""
      ? failed(`field ${name} needs a +channel`)
      : ok({ kind: "channel", mapping: type, channel });
  if (type !== "structure" && type !== "const") return failed(`field ${name}: there is no +type "${type}"`);
  if (channel !== "") warn(`field ${name}: +channel is ignored`);
  return type === "structure" ? ok({ kind: "structure" }) : constantOf(name, constant);
}

function constantOf(name: string, node: JsonNode | undefined): Result<FieldSource> {
  switch (node?.kind) {
    case "boolean":
      return ok({ kind: "const", type: pvBoolean, value: node.value });
    case "integer":
      return ok({ kind: "const", type: pvLong, value: node.value });
    case "double":
      return ok({ kind: "const", type: pvDouble, value: node.value });
    case "string":
      return ok({ kind: "const", type: pvString, value: node.value });
    default:
      return failed(`field ${name} needs a number, a text or a truth value as +const`);
  }
}

/** Resolves the triggers; in a group without any, each field triggers itself. */
function withTriggers(
  fields: readonly GroupField[],
  drafts: ReadonlyMap<string, FieldDraft>,
  warn: (problem: string) => void,
): GroupField[] {
  const hasChannel = ({ source }: GroupField): boolean => source.kind === "channel";
  const hasTriggers = [...drafts.values()].some(({ trigger }) => trigger !== "");
  return fields.map((field) => {
    if (!hasTriggers) return { ...field, triggers: hasChannel(field) ? [field.name] : [] };
    const named = (drafts.get(field.name)?.trigger ?? "").split(",").filter((name) => name !== "");
    const triggered = named.flatMap((name) => {
      if (name === "*") return fields.filter(hasChannel);
      const target = fields.find((each) => each.name === name);
      if (target === undefined) warn(`field ${field.name} triggers ${name}, which is not there`);
      return target !== undefined && hasChannel(target) ? [target] : [];
    });
    return { ...field, triggers: [...new Set(triggered.map(({ name }) => name))] };
  });
}
