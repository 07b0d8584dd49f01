import { unescapeText } from "../../libcom/escape.js";

/** What a save file holds of one PV: text, or the texts of an array's elements. */
export type SavedValue = string | readonly string[];

export interface SavedEntry {
  readonly name: string;
  readonly value: SavedValue;
  /** From 1, for messages. */
  readonly line: number;
}

export interface SaveFile {
  readonly entries: readonly SavedEntry[];
  /** How many PVs had no value when the file was written. */
  readonly missing: number;
  /** The `<END>` mark is there: the file was written to its end. */
  readonly complete: boolean;
}

const ARRAY_MARK = "@array@";
const END_MARK = "<END>";

const escapes: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

const escapeByte = (byte: number): string => {
  const printable = byte >= 0x20 && byte < 0x7f;
  return (
    escapes.get(byte) ?? (printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`)
  );
};

/** Save files are ASCII: every other byte of the UTF-8 text becomes an escape. */
const escapeSaved = (text: string): string => Array.from(Buffer.from(text, "utf8"), escapeByte).join("");

const unescapeSaved = (text: string): string =>
  Buffer.from(unescapeText(Buffer.from(text, "utf8").toString("latin1")), "latin1").toString("utf8");

/** `yymmdd-hhmmss`, as in dated copies and in the header. */
export const dateStamp = (date: Date): string => {
  const parts = [date.getFullYear() % 100, date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const digits = (numbers: readonly number[]) =>
    numbers.map((each) => String(each).padStart(2, "0")).join("");
  return `${digits(parts)}-${digits(time)}`;
};

const formatValue = (value: SavedValue): string =>
  typeof value === "string"
    ? escapeSaved(value)
    : `${ARRAY_MARK} { ${value.map((element) => `"${escapeSaved(element)}" `).join("")}}`;

/** Values as messages show them. */
export const valuesText = (value: SavedValue): string =>
  typeof value === "string" ? value : value.join(" ");

/** The text of a save file in synApps autosave's format; a PV without a value becomes a comment. */
export function formatSaveFile(
  entries: readonly { readonly name: string; readonly value: SavedValue | undefined }[],
  date: Date,
): string {
  const missing = entries.filter(({ value }) => value === undefined).length;
  const lines = [
    `# autosave R5.3\tAutomatically generated - DO NOT MODIFY - ${dateStamp(date)}`,
    ...(missing > 0 ? [`! ${missing} channel(s) not connected - or not all gets were successful`] : []),
    ...entries.map(({ name, value }) =>
      value === undefined ? `#${name} Search Issued` : `${name} ${formatValue(value)}`,
    ),
    END_MARK,
  ];
  return `${lines.join("\n")}\n`;
}

/** Takes the text of an array, line by line, until its closing brace. */
class ElementReader {
  readonly elements: string[] = [];
  closed = false;
  private element: string | undefined;

  read(text: string): void {
    for (let at = 0; at < text.length && !this.closed; at++) {
      const character = text.charAt(at);
      if (this.element === undefined) {
        if (character === '"') this.element = "";
        else if (character === "}") this.closed = true;
      } else if (character === '"') {
        this.elements.push(unescapeSaved(this.element));
        this.element = undefined;
      } else if (character === "\\") {
        this.element += character + text.charAt(++at);
      } else {
        this.element += character;
      }
    }
  }
}

/** Reads a save file; lines that make no sense are skipped, an array may go on over several lines. */
export function parseSaveFile(text: string): SaveFile {
  const lines = text.split(/\r?\n/);
  const entries: SavedEntry[] = [];
  let missing = 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.startsWith(END_MARK)) return { entries, missing, complete: true };
    if (line.startsWith("!")) missing = Number.parseInt(line.slice(1), 10) || 1;
    const match = /^\s*([A-Za-z0-9$][^\s]*)(?:\s(.*))?$/s.exec(line);
    if (match === null) continue;
    const [, name = "", saved = ""] = match;
    if (!saved.startsWith(ARRAY_MARK)) {
      entries.push({ name, value: unescapeSaved(saved), line: at + 1 });
      continue;
    }
    const first = at;
    const array = new ElementReader();
    array.read(saved.slice(ARRAY_MARK.length));
    while (!array.closed && at + 1 < lines.length && !lines[at + 1]?.startsWith(END_MARK)) {
      array.read(lines[++at] ?? "");
    }
    entries.push({ name, value: array.elements, line: first + 1 });
  }
  return { entries, missing, complete: false };
}
