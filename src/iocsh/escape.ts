const fromLetter: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

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

const escapeSequence = /\\(?:x([0-9a-fA-F]{1,2})|([\s\S]))/g;

/** Turns C escapes (octal ones apart, which EPICS dropped) into the characters they stand for, as EPICS's epicsStrnRawFromEscaped does. */
export const unescapeText = (text: string): string =>
  text.replace(escapeSequence, (_, hex?: string, letter = "") => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return fromLetter[letter] ?? letter;
  });

/** The reverse: everything that a terminal or a save file could not show becomes an escape. */
export const escapeText = (text: string): string => Array.from(text, escapeCharacter).join("");

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const unprintable = code < 0x20 || code === 0x7f;
  return toLetter.get(character) ?? (unprintable ? `\\x${code.toString(16).padStart(2, "0")}` : character);
}
