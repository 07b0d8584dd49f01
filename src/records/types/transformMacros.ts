/** What transform's expressions may contain besides the words of string expressions. */

/** Short forms of functions, which the record replaces before it looks for macros. */
const SHORTCUTS: readonly (readonly [text: string, replacement: string])[] = [
  ["$P(", "$PRINTF("],
  ["$T(", "$TR_ESC("],
  ["$W(", "$WRITE("],
  ["$S(", "$SSCANF("],
  ["$R(", "$READ("],
  ["$E(", "$ESC("],
];

/** `$name` at the start of a comment names the comment's value. */
const nameIn = (comment: string): string | undefined => /^\$\S*/.exec(comment)?.[0];

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** An expression with its macros replaced by the letters of the values that they name. */
export function expandMacros(expression: string, comments: ReadonlyMap<string, string>): string {
  const letters = new Map<string, string>();
  for (const [letter, comment] of comments) {
    const name = nameIn(comment)?.toUpperCase();
    if (name !== undefined && !letters.has(name)) letters.set(name, letter);
  }
  const withWords = SHORTCUTS.reduce(
    (text, [from, to]) => text.replace(new RegExp(escaped(from), "gi"), () => to),
    expression,
  );
  if (letters.size === 0) return withWords;
  const names = [...letters.keys()].sort((a, b) => b.length - a.length);
  return withWords.replace(
    new RegExp(names.map(escaped).join("|"), "gi"),
    (name) => letters.get(name.toUpperCase()) ?? name,
  );
}
