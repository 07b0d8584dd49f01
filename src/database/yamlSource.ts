import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
} from "yaml";
import { errorMessage } from "../libcom/errorMessage.js";
import type { SourceLocation } from "./recordDefinition.js";

/** A YAML value with every scalar as the text written in the file. */
export type PlainValue = string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** One key of a YAML mapping. */
export interface YamlEntry {
  readonly key: string;
  readonly node: Node | null;
  readonly location: SourceLocation;
}

/** Anchors can make a small file a huge one. */
const MOST_ALIASES = 1000;

interface Problem {
  readonly location: SourceLocation;
  readonly message: string;
}

/** The documents of a YAML file, up to the first that cannot be read. */
export function readYaml(
  text: string,
  file: string,
): { sources: YamlSource[]; problem: Problem | undefined } {
  const lines = new LineCounter();
  const sources: YamlSource[] = [];
  try {
    for (const document of parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
    })) {
      const source = new YamlSource(document, file, lines);
      const problem = source.error();
      sources.push(source);
      if (problem) return { sources, problem };
    }
  } catch (error) {
    // A text nested too deep for the parser.
    return { sources: [], problem: { location: { file, line: 1 }, message: errorMessage(error) } };
  }
  return { sources, problem: undefined };
}

/** A document of a YAML file that knows the line of everything in it. */
export class YamlSource {
  private aliases = 0;

  constructor(
    private readonly document: Document.Parsed<ParsedNode>,
    readonly file: string,
    private readonly lines: LineCounter,
  ) {}

  /** The first syntax error, in one line: those after it are mostly its consequences. */
  error(): Problem | undefined {
    const [error] = this.document.errors;
    if (error === undefined) return this.repeatedKey();
    return { location: this.at(error.pos[0]), message: error.message.split("\n")[0] ?? error.message };
  }

  /** The library would compare every key of a mapping with all others. */
  private repeatedKey(): Problem | undefined {
    let problem: Problem | undefined;
    visit(this.document, {
      Map: (_, map) => {
        const keys = new Set<string>();
        for (const { key } of map.items) {
          const text = isNode(key) ? textOf(key) : String(key);
          if (keys.has(text)) {
            const location = this.locationOf(isNode(key) ? key : null);
            problem = { location, message: `the key "${text}" is there twice` };
            return visit.BREAK;
          }
          keys.add(text);
        }
        return undefined;
      },
    });
    return problem;
  }

  get root(): Node | null {
    return this.document.contents;
  }

  /** The entries of a mapping; undefined when `node` is something else. An absent value has none. */
  entries(node: Node | null): YamlEntry[] | undefined {
    const resolved = this.resolve(node);
    if (resolved === null || (isScalar(resolved) && resolved.value === null)) return [];
    if (!isMap(resolved)) return undefined;
    return resolved.items.map(({ key, value }) => ({
      key: isNode(key) ? textOf(key) : String(key),
      node: isNode(value) ? value : null,
      location: this.locationOf(isNode(key) ? key : null),
    }));
  }

  items(node: Node | null): (Node | null)[] | undefined {
    const resolved = this.resolve(node);
    return isSeq(resolved) ? resolved.items.map((item) => (isNode(item) ? item : null)) : undefined;
  }

  plain(node: Node | null): PlainValue {
    const resolved = this.resolve(node);
    if (isMap(resolved))
      return Object.fromEntries(
        (this.entries(resolved) ?? []).map((entry) => [entry.key, this.plain(entry.node)]),
      );
    if (isSeq(resolved)) return (this.items(resolved) ?? []).map((item) => this.plain(item));
    return resolved === null ? "" : textOf(resolved);
  }

  /** A field's value: JSON links may be written as YAML mappings and lists. */
  fieldText(node: Node | null): string {
    const resolved = this.resolve(node);
    if (isMap(resolved) || isSeq(resolved)) return this.json(resolved);
    return resolved === null ? "" : textOf(resolved);
  }

  private json(node: Node | null): string {
    const resolved = this.resolve(node);
    if (isMap(resolved)) {
      const members = this.entries(resolved) ?? [];
      return `{${members.map(({ key, node }) => `${JSON.stringify(key)}:${this.json(node)}`).join(",")}}`;
    }
    if (isSeq(resolved)) return `[${(this.items(resolved) ?? []).map((item) => this.json(item)).join(",")}]`;
    if (!isScalar(resolved) || resolved.value === null) return "null";
    const { value } = resolved;
    return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "null");
  }

  locationOf(node: Node | null): SourceLocation {
    return this.at(node?.range?.[0] ?? 0);
  }

  private resolve(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    return ++this.aliases > MOST_ALIASES ? null : (node.resolve(this.document) ?? null);
  }

  private at(offset: number): SourceLocation {
    return { file: this.file, line: Math.max(1, this.lines.linePos(offset).line) };
  }
}

function textOf(node: Node): string {
  if (!isScalar(node) || node.value === null) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
