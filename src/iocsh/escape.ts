export { unescapeText } from "../libcom/escape.js";

const toLetter: ReadonlyMap<string, string> = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ["'", "\\'"],
  ['"', '\\"'],
  ["\0", "\\0"],
]);

/** The reverse of `unescapeText`: everything that a terminal or a save file could not show becomes an escape. */
export const escapeText = (text: string): string => Array.from(text, escapeCharacter).join("");

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const unprintable = code < 0x20 || code === 0x7f;
  return toLetter.get(character) ?? (unprintable ? `\\x${code.toString(16).padStart(2, "0")}` : character);
}
