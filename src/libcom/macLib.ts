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

const END_OF_TEXT = "";

/**
 * Macro substitution with the rules of EPICS's macLib: `$(A)`, `${A}`, `$(A=default)`, `$(A,B=scoped)`, references
 * inside names, defaults and values, single quotes protecting references, backslash escapes. Quotes and escapes of the
 * text stay, those of macro values are removed.
 */
export class MacroExpander {
  private readonly entries: Entry[] = [];
  private readonly missing = new Set<string>();
  private level = 0;
  private quiet: boolean;
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
    else this.entries.push({ name, raw, level: this.level, expanded: undefined, visited: false });
    this.dirty = true;
  }

  expand(text: string): ExpandedText {
    this.missing.clear();
    if (!text.includes("$")) return { text, undefined: [] };
    this.expandDefinitions();
    const expanded = this.translate(text, 0, 0, "").text;
    return { text: expanded, undefined: [...this.missing] };
  }

  private expandDefinitions(): void {
    if (!this.dirty) return;
    const missing = [...this.missing];
    for (const entry of this.entries) entry.expanded = undefined;
    this.missing.clear();
    for (const entry of this.entries) entry.expanded = this.translate(entry.raw, 0, 1, "").text;
    this.dirty = false;
    this.missing.clear();
    for (const name of missing) this.missing.add(name);
  }

  private findDefined(name: string): Entry | undefined {
    return this.entries.findLast((entry) => entry.name === name);
  }

  private find(name: string): Entry | undefined {
    const defined = this.findDefined(name);
    if (defined || name === "") return defined;
    const value = this.options.environment?.[name];
    if (value === undefined) return undefined;
    const entry = { name, raw: value, level: 0, expanded: undefined, visited: false };
    this.entries.unshift(entry);
    return entry;
  }

  /**
   * Copies from `start` to a character of `terminators`, expanding references; `level` 0 is the caller's own text.
   * macLib looks for the end of a default without honouring escapes (`measuring`): `\\)` ends it.
   */
  private translate(
    source: string,
    start: number,
    level: number,
    terminators: string,
    measuring = false,
  ): Scan {
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
      const next = source.charAt(at + 1);
      if (character === "$" && (next === "(" || next === "{") && quote !== "'") {
        const reference = this.refer(source, at + 1, level);
        text += reference.text;
        at = reference.end;
      } else if (character === "\\" && next !== END_OF_TEXT && !measuring) {
        text += discard ? next : character + next;
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
    const name = named.text;
    const quietBefore = this.quiet;
    const missingBefore = new Set(this.missing);
    this.quiet = true;

    let end = named.end;
    let defaultStart: number | undefined;
    if (source.charAt(end) === "=" && end > bracket) {
      defaultStart = end + 1;
      end = this.translate(source, defaultStart, level + 1, `,${close}`, true).end;
    }
    const scoped = source.charAt(end) === "," && end > bracket;
    if (scoped) end = this.defineScoped(source, end, level, close);
    this.quiet = quietBefore;
    this.restoreMissing(missingBefore);

    const text = this.valueOf(name, source, defaultStart, level, close);
    if (scoped) this.popScope();
    return { text, end };
  }

  private defineScoped(source: string, comma: number, level: number, close: string): number {
    this.level++;
    let end = comma;
    while (source.charAt(end) === "," && end + 1 < source.length) {
      const name = this.translate(source, end + 1, level + 1, `=,${close}`);
      end = name.end;
      if (source.charAt(end) !== "=") continue;
      const value = this.translate(source, end + 1, level + 1, `,${close}`);
      end = value.end;
      this.define(name.text, value.text);
    }
    return end;
  }

  private popScope(): void {
    while (this.entries.at(-1)?.level === this.level) this.entries.pop();
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
    entry.visited = true;
    const text = this.translate(entry.raw, 0, level + 1, "").text;
    entry.visited = false;
    return text;
  }

  private noteMissingIn(expanded: string): void {
    for (const match of expanded.matchAll(/\$\(([^()]*),(?:undefined|recursive)\)/g))
      this.missing.add(match[1] ?? "");
  }

  private missingText(name: string, why: "undefined" | "recursive"): string {
    this.missing.add(name);
    return this.quiet ? `$(${name})` : `$(${name},${why})`;
  }

  private restoreMissing(names: ReadonlySet<string>): void {
    this.missing.clear();
    for (const name of names) this.missing.add(name);
  }
}

/** Expands one text; for many texts with the same macros use a `MacroExpander`. */
export const expandMacros = (text: string, macros: Macros, options: MacroOptions = {}): ExpandedText =>
  new MacroExpander(macros, options).expand(text);

export { parseMacros } from "./macroDefinitions.js";
