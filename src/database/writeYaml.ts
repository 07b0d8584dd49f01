import { Document, isCollection, isPair, isScalar, visit } from "yaml";
import { declareMacros } from "./macroDeclarations.js";
import type { DeclaredMacro, RawDatabase, RawItem } from "./rawDatabase.js";
import type { RecordDefinition } from "./recordDefinition.js";
import { statesOfFields } from "./states.js";
import type { SubstitutionItem, SubstitutionRow } from "./substitutions.js";

/** What the YAML library writes; maps, so that keys keep their order whatever they are. */
type Tree = string | number | readonly Tree[] | ReadonlyMap<string, Tree>;

/** A number where the text is the way YAML writes it, so that it needs no quotes. */
const scalar = (text: string): string | number => {
  const number = Number(text);
  return text !== "" && String(number) === text && Number.isFinite(number) ? number : text;
};

const scalars = (texts: readonly (readonly [string, string])[]): Map<string, Tree> =>
  new Map(texts.map(([key, text]) => [key, scalar(text)]));

function recordTree(record: RecordDefinition): Map<string, Tree> {
  const fields = [...record.fields].map(([field, { value }]): [string, string] => [field, value]);
  const states = statesOfFields(record.type, fields);
  const tree = new Map<string, Tree>([["type", record.type]]);
  fields.forEach(([field, text], at) => {
    if (states === undefined || at < states.from || at >= states.to) tree.set(field, scalar(text));
    else if (at === states.from)
      tree.set(
        "states",
        states.states.map(
          ({ name, value }): Tree =>
            value === undefined
              ? name
              : new Map<string, Tree>([
                  ["name", name],
                  ["value", scalar(value)],
                ]),
        ),
      );
  });
  if (record.info.size > 0) tree.set("info", scalars([...record.info]));
  if (record.aliases.length > 0) tree.set("aliases", record.aliases);
  return tree;
}

function rowTree(row: SubstitutionRow): Tree {
  if (row.kind === "values") return row.values.map(scalar);
  const macros = scalars(row.macros);
  return row.kind === "global" ? new Map([["global", macros]]) : macros;
}

function substitutionTree(item: SubstitutionItem): Tree {
  if (item.kind === "global") return new Map([["global", scalars(item.macros)]]);
  return new Map<string, Tree>([
    ["file", item.file],
    ...(item.pattern === undefined ? [] : [["pattern", item.pattern] as const]),
    ["rows", item.rows.map(rowTree)],
  ]);
}

const macroTree = (macros: readonly DeclaredMacro[]): Map<string, Tree> =>
  new Map(
    macros.map((macro): [string, Tree] => [
      macro.name,
      macro.default === undefined ? new Map() : new Map([["default", scalar(macro.default)]]),
    ]),
  );

/** The sections of a document in the order in which they are written. */
const SECTIONS = ["path", "addpath", "include", "records", "aliases", "substitutions"] as const;
type Section = (typeof SECTIONS)[number];

const sectionOf = (item: RawItem): Section => {
  if (item.kind === "path") return item.append ? "addpath" : "path";
  if (item.kind === "record") return "records";
  return item.kind === "alias" ? "aliases" : item.kind;
};

/** One document: what stands in it is read in the order of the sections, each name once. */
class Sections {
  readonly #lists = new Map<Section, Tree[]>();
  readonly #entries = new Map<Section, Map<string, Tree>>();
  #last = 0;

  /** False when the item has to come into a document after this one. */
  add(item: RawItem): boolean {
    const section = sectionOf(item);
    const place = SECTIONS.indexOf(section);
    const isTaken = item.kind === "path" && this.#lists.has(section);
    if (place < this.#last || isTaken) return false;
    const added = this.#put(section, item);
    if (added) this.#last = place;
    return added;
  }

  #put(section: Section, item: RawItem): boolean {
    switch (item.kind) {
      case "path":
        return this.#append(section, item.directories);
      case "include":
        return this.#append(
          section,
          Object.keys(item.macros).length === 0
            ? item.file
            : new Map<string, Tree>([
                ["file", item.file],
                ["macros", scalars(Object.entries(item.macros))],
              ]),
        );
      case "substitutions":
        return this.#append(section, ...item.items.map(substitutionTree));
      case "record":
        return this.#enter(section, item.record.name, recordTree(item.record));
      case "alias":
        return this.#enter(section, item.alias.alias, item.alias.record);
    }
  }

  #append(section: Section, ...trees: readonly Tree[]): boolean {
    const list = this.#lists.get(section) ?? [];
    list.push(...trees);
    this.#lists.set(section, list);
    return true;
  }

  #enter(section: Section, key: string, tree: Tree): boolean {
    const entries = this.#entries.get(section) ?? new Map<string, Tree>();
    if (entries.has(key)) return false;
    this.#entries.set(section, entries.set(key, tree));
    return true;
  }

  tree(): Map<string, Tree> {
    const tree = new Map<string, Tree>();
    for (const section of SECTIONS) {
      const list = this.#lists.get(section);
      const isPath = section === "path" || section === "addpath";
      const content = this.#entries.get(section) ?? (isPath ? list?.[0] : list);
      if (content !== undefined) tree.set(section, content);
    }
    return tree;
  }
}

const SHORT = 90;

/** Short records and lists on one line, as people write them. */
function useFlowForShort(document: Document): void {
  visit(document, {
    Collection(_, node, path) {
      const nested = node.items.some((item) => isPair(item) && isCollection(item.value));
      if (!nested && path.length > 2 && JSON.stringify(node).length < SHORT) node.flow = true;
    },
    Scalar(_, node) {
      // A line break in a plain or folded text would not come back as it was.
      if (isScalar(node) && typeof node.value === "string" && /[\n\r]/.test(node.value))
        node.type = "QUOTE_DOUBLE";
    },
  });
}

/** Writes a database in the YAML form; what has to be read later than its section allows is in a document of its own. */
export function writeYaml(database: RawDatabase): string {
  const { macros, items } =
    database.macros === undefined ? declareMacros(database.items) : { ...database, macros: database.macros };
  const documents = [new Sections()];
  for (const item of items) {
    if (documents.at(-1)?.add(item)) continue;
    const next = new Sections();
    next.add(item);
    documents.push(next);
  }
  const texts = documents.map((sections, at) => {
    const content = new Map<string, Tree>();
    if (at === 0 && macros.length > 0) content.set("macros", macroTree(macros));
    for (const [section, part] of sections.tree()) content.set(section, part);
    if (content.size === 0) content.set("records", new Map());
    const document = new Document(content);
    useFlowForShort(document);
    return document.toString({ lineWidth: 0, flowCollectionPadding: true });
  });
  return texts.join("---\n");
}
