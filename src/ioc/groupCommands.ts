import { globMatches } from "../iocsh/glob.js";
import { type Command, defineCommand, int, macrosOf, path, string } from "../iocsh/index.js";
import type { GroupDefinition, GroupField } from "../pva/index.js";
import type { RecordGroups } from "./recordGroups.js";

const kindOf = ({ source }: GroupField): string => (source.kind === "channel" ? source.mapping : source.kind);

function fieldLines(field: GroupField, level: number): readonly string[] {
  const { name, id, source, triggers } = field;
  const shownId = id === "" ? "" : ` id=${id}`;
  const channel = source.kind === "channel" ? ` chan=${source.channel}` : "";
  const hasTriggers = triggers.length > 0 ? " has triggers" : "";
  return [
    `  ${name === "" ? "/" : name}\t<${kindOf(field)}>${shownId}${channel}${hasTriggers}`,
    ...(level > 2 ? triggers.map((trigger) => `    ${trigger === "" ? "/" : trigger}`) : []),
  ];
}

const groupLines = ({ name, atomic, fields }: GroupDefinition, level: number): readonly string[] => [
  name,
  ...(level > 0 ? [`  Atomic Get/Put:${atomic ? "yes" : "no"} Atomic Members:${fields.length}`] : []),
  ...(level > 1 ? fields.flatMap((field) => fieldLines(field, level)) : []),
];

/** pvxs's commands for groups of records. */
export const groupCommands = (groups: RecordGroups): readonly Command[] => [
  defineCommand({
    name: "dbLoadGroup",
    args: [path("JSON file"), string("macros")],
    help: 'Load groups of records from a JSON file, before iocInit; "-file" removes them again, "-*" those of all files.',
    run([file = "", macros = ""], { host, error }) {
      if (host.initialised)
        return error(
          "ERROR dbLoadGroup() not allowed in current IOC state.\n      Hint: Move before iocInit()",
        );
      if (file === "") return error("Error: Missing required JSON filename");
      if (file === "-*") groups.removeAll();
      else if (file.startsWith("-")) groups.remove(file.slice(1), macros);
      else {
        const loaded = groups.load(file, macros, macrosOf(macros));
        if (!loaded.ok) error(loaded.error);
      }
    },
  }),
  defineCommand({
    name: "pvxgl",
    args: [int("level"), string("pattern")],
    help: "List the groups of records, or those that match a pattern; 1 says more of each, 2 lists their fields, 3 what these trigger.",
    run([level, pattern = ""], { print }) {
      for (const group of groups.pvs.definitions())
        if (pattern === "" || globMatches(pattern, group.name))
          for (const line of groupLines(group, level)) print(line);
    },
  }),
];
