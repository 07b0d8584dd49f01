export type Macros = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

export interface MacroOptions {
  /** Where names are looked up that `macros` does not define. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Leaves `$(NAME)` for a missing macro instead of `$(NAME,undefined)`, as msi does. */
  readonly quiet?: boolean | undefined;
}

export interface ExpandedText {
  readonly text: string;
  /** The macros that were missing or recursive, each once. */
  readonly undefined: readonly string[];
}

interface Entry {
  readonly name: string;
  raw: string;
  readonly level: number;
  expanded: string | undefined;
  visited: boolean;
}

interface Scan {
  readonly text: string;
  /** Index of the terminator, or of the last character when the text ended before one. */
  readonly end: number;
}

/** References deeper inside of each other, or more in one text, stay as they are: no text can take for ever. */
const DEEPEST = 100;
const MOST_REFERENCES = 50_000;

/**
 * Macro substitution with the rules of EPICS's macLib: `$(A)`, `${A}`, `$(A=default)`, `$(A,B=scoped)`, references
 * inside names, defaults and values, single quotes protecting references, backslash escapes. Quotes and escapes of the
 * text stay, those of macro values are removed.
 */
export class MacroExpander {
  /** In the order of their definition, those of a scope last. */
  private readonly entries: Entry[] = [];
  /** The entries of each name, the one that counts last. */
  private readonly byName = new Map<string, Entry[]>();
  private readonly missing = new Set<string>();
  /** What is missing does not count while this is not 0. */
  private muted = 0;
  private level = 0;
  private references = 0;
  private readonly quiet: boolean;
  // Values are expanded ahead of use and reused until a definition changes.
  private dirty = true;

  constructor(
    macros: Macros,
    private readonly options: MacroOptions = {},
  ) {
    this.quiet = options.quiet ?? false;
    const pairs = macros instanceof Map ? macros.entries() : Object.entries(macros);
    for (const [name, value] of pairs) this.define(name, String(value));
  }

  define(name: string, raw: string): void {
    const existing = this.findDefined(name);
    if (existing && existing.level === this.level) existing.raw = raw;
    else this.add({ name, raw, level: this.level, expanded: undefined, visited: false });
    this.dirty = true;
  }

  expand(text: string): ExpandedText {
    this.missing.clear();
    if (!text.includes("$")) return { text, undefined: [] };
    this.references = 0;
    this.expandDefinitions();
    const expanded = this.translate(text, 0, 0, "").text;
    return { text: expanded, undefined: [...this.missing] };
  }

  private add(entry: Entry): void {
    this.entries.push(entry);
    const known = this.byName.get(entry.name);
    if (known === undefined) this.byName.set(entry.name, [entry]);
    else known.push(entry);
  }

  private expandDefinitions(): void {
    if (!this.dirty) return;
    this.muted++;
    for (const entry of this.entries) entry.expanded = undefined;
    for (const entry of this.entries) entry.expanded = this.translate(entry.raw, 0, 1, "").text;
    this.dirty = false;
    this.muted--;
  }

  private findDefined(name: string): Entry | undefined {
    return this.byName.get(name)?.at(-1);
  }

  private find(name: string): Entry | undefined {
    const defined = this.findDefined(name);
    if (defined || name === "") return defined;
    const value = this.options.environment?.[name];
    if (value === undefined) return undefined;
    const entry = { name, raw: value, level: 0, expanded: undefined, visited: false };
    this.entries.unshift(entry);
    this.byName.set(name, [entry]);
    return entry;
  }

  /** Copies from `start` to a character of `terminators`, expanding references; `level` 0 is the caller's own text. */
  private translate(source: string, start: number, level: number, terminators: string): Scan {
    const discard = level > 0;
    let quote = "";
    let text = "";
    let at = start;
    for (; at < source.length; at++) {
      const character = source.charAt(at);
      if (terminators.includes(character)) return { text, end: at };
      if (quote !== "") {
        if (character === quote) {
          quote = "";
          if (discard) continue;
        }
      } else if (character === '"' || character === "'") {
        quote = character;
        if (discard) continue;
      }
      if (quote !== "'" && isReference(source, at, level) && this.references < MOST_REFERENCES) {
        this.references++;
        const reference = this.refer(source, at + 1, level);
        text += reference.text;
        at = reference.end;
      } else if (character === "\\" && at + 1 < source.length) {
        text += discard ? source.charAt(at + 1) : source.slice(at, at + 2);
        at++;
      } else {
        text += character;
      }
    }
    return { text, end: source.length - 1 };
  }

  /** Expands the reference whose opening bracket is at `bracket`; the scan ends at its closing one. */
  private refer(source: string, bracket: number, level: number): Scan {
    const close = source.charAt(bracket) === "(" ? ")" : "}";
    const named = this.translate(source, bracket + 1, level + 1, `=,${close}`);
    let end = named.end;
    let defaultStart: number | undefined;
    if (source.charAt(end) === "=" && end > bracket) {
      defaultStart = end + 1;
      end = this.skipDefault(source, defaultStart, level + 1, `,${close}`);
    }
    const scoped = source.charAt(end) === "," && end > bracket;
    if (scoped) end = this.defineScoped(source, end, level, close);
    const text = this.valueOf(named.text, source, defaultStart, level, close);
    if (scoped) this.popScope();
    return { text, end };
  }

  /** Where the default of a reference ends. macLib does not honour escapes when it looks for that: `\\)` ends it. */
  private skipDefault(source: string, start: number, level: number, terminators: string): number {
    return this.skip(source, start, level, terminators, false);
  }

  private skip(source: string, start: number, level: number, terminators: string, escapes: boolean): number {
    let quote = "";
    for (let at = start; at < source.length; at++) {
      const character = source.charAt(at);
      if (terminators.includes(character)) return at;
      if (quote !== "") {
        if (character === quote) quote = "";
      } else if (character === '"' || character === "'") quote = character;
      if (quote !== "'" && isReference(source, at, level)) at = this.skipReference(source, at + 1, level);
      else if (character === "\\" && escapes) at++;
    }
    return source.length - 1;
  }

  /** Where the reference ends whose opening bracket is at `bracket`. */
  private skipReference(source: string, bracket: number, level: number): number {
    const close = source.charAt(bracket) === "(" ? ")" : "}";
    let end = this.skip(source, bracket + 1, level + 1, `=,${close}`, true);
    if (source.charAt(end) === "=" && end > bracket)
      end = this.skipDefault(source, end + 1, level + 1, `,${close}`);
    while (source.charAt(end) === "," && end > bracket && end + 1 < source.length) {
      // macLib enters the scope to find its end, and forgets the values that it knew.
      this.dirty = true;
      end = this.skip(source, end + 1, level + 1, `=,${close}`, true);
      if (source.charAt(end) === "=") end = this.skip(source, end + 1, level + 1, `,${close}`, true);
    }
    return end;
  }

  private defineScoped(source: string, comma: number, level: number, close: string): number {
    this.level++;
    this.muted++;
    let end = comma;
    while (source.charAt(end) === "," && end + 1 < source.length) {
      const name = this.translate(source, end + 1, level + 1, `=,${close}`);
      end = name.end;
      if (source.charAt(end) !== "=") continue;
      const value = this.translate(source, end + 1, level + 1, `,${close}`);
      end = value.end;
      this.define(name.text, value.text);
    }
    this.muted--;
    return end;
  }

  private popScope(): void {
    for (let entry = this.entries.at(-1); entry?.level === this.level; entry = this.entries.at(-1)) {
      this.entries.pop();
      this.byName.get(entry.name)?.pop();
    }
    this.level--;
    this.dirty = true;
  }

  private valueOf(
    name: string,
    source: string,
    defaultStart: number | undefined,
    level: number,
    close: string,
  ): string {
    const entry = this.find(name);
    if (entry?.visited) return this.missingText(name, "recursive");
    if (entry) return this.entryText(entry, level);
    if (defaultStart !== undefined) return this.translate(source, defaultStart, level + 1, `,${close}`).text;
    return this.missingText(name, "undefined");
  }

  private entryText(entry: Entry, level: number): string {
    if (!this.dirty && entry.expanded !== undefined) {
      this.noteMissingIn(entry.expanded);
      return entry.expanded;
    }
    if (level >= DEEPEST) return this.missingText(entry.name, "recursive");
    entry.visited = true;
    const text = this.translate(entry.raw, 0, level + 1, "").text;
    entry.visited = false;
    return text;
  }

  private noteMissingIn(expanded: string): void {
    if (this.muted > 0) return;
    for (const match of expanded.matchAll(/\$\(([^()]*),(?:undefined|recursive)\)/g))
      this.missing.add(match[1] ?? "");
  }

  private missingText(name: string, why: "undefined" | "recursive"): string {
    const isMuted = this.muted > 0;
    if (!isMuted) this.missing.add(name);
    return this.quiet || (isMuted && this.level > 0) ? `$(${name})` : `$(${name},${why})`;
  }
}

function isReference(source: string, at: number, level: number): boolean {
  if (source.charAt(at) !== "$" || level > DEEPEST) return false;
  const next = source.charAt(at + 1);
  return next === "(" || next === "{";
}

/** Expands one text; for many texts with the same macros use a `MacroExpander`. */
export const expandMacros = (text: string, macros: Macros, options: MacroOptions = {}): ExpandedText =>
  new MacroExpander(macros, options).expand(text);

export { parseMacros } from "./macroDefinitions.js";
