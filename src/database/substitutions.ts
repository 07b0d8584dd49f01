import type { SourceLocation } from "./recordDefinition.js";

export type MacroPair = readonly [name: string, value: string];

/** A row of a template: values for the names of its pattern, or macros by name. */
export type SubstitutionRow =
  | { readonly kind: "values"; readonly values: readonly string[]; readonly location: SourceLocation }
  | { readonly kind: "macros"; readonly macros: readonly MacroPair[]; readonly location: SourceLocation }
  | GlobalMacros;

/** Macros for all rows after them. */
export interface GlobalMacros {
  readonly kind: "global";
  readonly macros: readonly MacroPair[];
}

/** `file name { pattern {...} {...} ... }`. */
export interface TemplateSubstitutions {
  readonly kind: "file";
  /** As written, macros not expanded. */
  readonly file: string;
  readonly pattern: readonly string[] | undefined;
  readonly rows: readonly SubstitutionRow[];
  readonly location: SourceLocation;
}

/** What a .substitutions file says, in order. */
export type SubstitutionItem = GlobalMacros | TemplateSubstitutions;

/** One expansion of a template. */
export interface Substitution {
  readonly file: string;
  /** Macro definitions in order, values raw; a later one of the same name wins. */
  readonly macros: readonly MacroPair[];
  readonly location: SourceLocation;
}

/** Words of the file itself, which a value has to quote. */
const KEYWORDS = new Set(["file", "global", "pattern"]);

const BARE_WORD = /^[a-zA-Z0-9_\-+:./\\[\]<>;]+$/;

/** As dbLoadTemplate hands it on to macLib: quotes keep blanks and commas, and go with the escapes on expansion. */
const asDefinition = (text: string): string => (BARE_WORD.test(text) ? text : `"${text}"`);

/** A value as a .substitutions file writes it. */
export function substitutionText(text: string): string {
  if (BARE_WORD.test(text) && !KEYWORDS.has(text)) return text;
  const hasQuote = /^(?:[^"\\]|\\.)*"/.test(text);
  return hasQuote ? `'${text}'` : `"${text}"`;
}

/** The templates that a .substitutions file loads, one after the other. */
export function* expandSubstitutions(items: Iterable<SubstitutionItem>): Generator<Substitution> {
  const globals: MacroPair[] = [];
  const define = (macros: readonly MacroPair[]): MacroPair[] =>
    macros.map(([name, value]) => [name, asDefinition(value)]);
  for (const item of items) {
    if (item.kind === "global") {
      globals.push(...define(item.macros));
      continue;
    }
    const { file, pattern = [], rows } = item;
    for (const row of rows) {
      if (row.kind === "global") globals.push(...define(row.macros));
      else {
        const own =
          row.kind === "macros"
            ? row.macros
            : row.values.map((value, i): MacroPair => [pattern[i] ?? "", value]);
        yield { file, macros: [...globals, ...define(own)], location: row.location };
      }
    }
  }
}
