/** A menu's name and its choices in order. */
export interface Menu {
  readonly menuName: string;
  readonly choices: readonly string[];
}

/** A menu with the index of each choice by identifier. */
export type NamedMenu<Id extends string> = Menu & { readonly [K in Id]: number };

/**
 * Defines a menu. Keys are the identifiers used in code, values the texts seen by operators:
 * `menuOmsl.closed_loop` is 1 and `menuOmsl.choices[1]` is "closed_loop".
 */
export function defineMenu<const Id extends string>(
  menuName: string,
  choices: Readonly<Record<Id, string>>,
): NamedMenu<Id> {
  const ids = Object.keys(choices);
  const indices = Object.fromEntries(ids.map((id, index) => [id, index]));
  return { ...indices, menuName, choices: Object.values<string>(choices) } as NamedMenu<Id>;
}
