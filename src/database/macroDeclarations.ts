import type { DeclaredMacro, RawItem } from "./rawDatabase.js";

const REFERENCE = /\$([({])([A-Za-z_][A-Za-z0-9_]*)(?:=([^"'\\$,=(){}]*))?([,)}=])/g;

/** Applies `change` to every text of an item in which macros may stand. */
function mapTexts(item: RawItem, change: (text: string) => string): RawItem {
  switch (item.kind) {
    case "include":
      return { ...item, file: change(item.file) };
    case "path":
      return { ...item, directories: change(item.directories) };
    case "alias": {
      const { alias } = item;
      return { ...item, alias: { ...alias, record: change(alias.record), alias: change(alias.alias) } };
    }
    case "record": {
      const { record } = item;
      const fields = [...record.fields].map(([field, definition]) => {
        const { value, location } = definition;
        return [change(field), { value: change(value), location }] as const;
      });
      const info = [...record.info].map(([tag, value]) => [change(tag), change(value)] as const);
      return {
        ...item,
        record: {
          ...record,
          name: change(record.name),
          type: change(record.type),
          fields: new Map(fields),
          info: new Map(info),
          aliases: record.aliases.map(change),
        },
      };
    }
    case "substitutions":
      return item;
  }
}

/** What the references to one macro have in common. */
interface Use {
  /** The default that all of them give, where it is one that YAML can declare. */
  default: string | undefined;
  agree: boolean;
}

function usesOf(items: readonly RawItem[]): Map<string, Use> {
  const uses = new Map<string, Use>();
  const look = (text: string): string => {
    for (const [, , name = "", value, after] of text.matchAll(REFERENCE)) {
      const simple = after === "," || after === "=" ? undefined : value;
      const known = uses.get(name);
      if (known === undefined) uses.set(name, { default: simple, agree: true });
      else if (known.default !== simple) known.agree = false;
    }
    return text;
  };
  for (const item of items) mapTexts(item, look);
  return uses;
}

/**
 * The macros that a YAML database declares for what a .db file only uses: with a default where all references give the
 * same one, which they then need no more.
 */
export function declareMacros(items: readonly RawItem[]): { macros: DeclaredMacro[]; items: RawItem[] } {
  const defaults = new Map<string, string>();
  const macros = [...usesOf(items)].flatMap(([name, use]): DeclaredMacro[] => {
    const shared = use.agree ? use.default : undefined;
    if (shared !== undefined) defaults.set(name, shared);
    return [{ name, default: shared }];
  });
  const plain = (text: string): string =>
    text.replace(REFERENCE, (reference, open: string, name: string) =>
      defaults.has(name) ? `$${open}${name}${open === "(" ? ")" : "}"}` : reference,
    );
  return { macros, items: items.map((item) => mapTexts(item, plain)) };
}

/** The reverse: the defaults that a YAML database declares stand in its references, where a .db file keeps them. */
export function withDefaults(items: readonly RawItem[], macros: readonly DeclaredMacro[]): RawItem[] {
  const defaults = new Map(macros.map((macro) => [macro.name, macro.default]));
  const spelled = (text: string): string =>
    text.replace(
      /\$([({])([A-Za-z_][A-Za-z0-9_]*)([)}])/g,
      (reference, open: string, name: string, close: string) => {
        const value = defaults.get(name);
        return value === undefined ? reference : `$${open}${name}=${value}${close}`;
      },
    );
  return items.map((item) => mapTexts(item, spelled));
}
