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
  parseDocument,
} from "yaml";
import type { SourceLocation } from "./recordDefinition.js";

/** A YAML value with every scalar as the text written in the file. */
export type PlainValue = string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** One key of a YAML mapping. */
export interface YamlEntry {
  readonly key: string;
  readonly node: Node | null;
  readonly location: SourceLocation;
}

/** A parsed YAML file that knows the line of everything in it. */
export class YamlSource {
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed<ParsedNode>;

  constructor(
    text: string,
    readonly file: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
  }

  /** The first syntax error, in one line: those after it are mostly its consequences. */
  error(): { location: SourceLocation; message: string } | undefined {
    const [error] = this.document.errors;
    if (error === undefined) return undefined;
    return { location: this.at(error.pos[0]), message: error.message.split("\n")[0] ?? error.message };
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
    if (isMap(resolved) || isSeq(resolved)) return JSON.stringify(resolved.toJS(this.document));
    return resolved === null ? "" : textOf(resolved);
  }

  locationOf(node: Node | null): SourceLocation {
    return this.at(node?.range?.[0] ?? 0);
  }

  private resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.document) ?? null) : node;
  }

  private at(offset: number): SourceLocation {
    return { file: this.file, line: Math.max(1, this.lines.linePos(offset).line) };
  }
}

function textOf(node: Node): string {
  if (!isScalar(node) || node.value === null) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
