const FROM_LETTER: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

const TO_LETTER: ReadonlyMap<string, string> = new Map([
  ...Object.entries(FROM_LETTER).map(([letter, character]) => [character, `\\${letter}`] as const),
  ["\\", "\\\\"],
  ["'", "\\'"],
  ['"', '\\"'],
]);

/**
 * Replaces C escapes (`\n`, `\x1b`, `\"`) by their characters, as `epicsStrnRawFromEscaped` does: an unknown one stands
 * for itself, one that is cut short for nothing.
 */
export function unescapeText(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{0,2})|([\s\S]?))/g, (_, hex?: string, letter = "") => {
    if (hex === undefined) return FROM_LETTER[letter] ?? letter;
    return hex === "" ? "" : String.fromCharCode(Number.parseInt(hex, 16));
  });
}

/**
 * The reverse of `unescapeText`, as `epicsStrPrintEscaped` does it: everything that a terminal, a database or a save
 * file could not show becomes an escape.
 */
export const escapeText = (text: string): string => Array.from(text, escapeCharacter).join("");

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const unprintable = code < 0x20 || code === 0x7f;
  return TO_LETTER.get(character) ?? (unprintable ? `\\x${code.toString(16).padStart(2, "0")}` : character);
}
