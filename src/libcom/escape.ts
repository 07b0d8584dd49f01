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

const TO_LETTER: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

/** Replaces C escapes (`\n`, `\x1b`, `\"`) by their characters; an unknown one stands for itself. */
export const unescapeText = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([\s\S]))/g, (_, hex?: string, letter = "") =>
    hex === undefined ? (FROM_LETTER[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** Writes a text so that it can stand between double quotes in a database file. */
export const escapeText = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
    /["\\\x00-\x1f\x7f]/g,
    (character) => TO_LETTER[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
