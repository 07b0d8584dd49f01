/** A line of a script with the number of its first physical line. */
export interface ScriptLine {
  readonly text: string;
  readonly number: number;
}

/** The lines of a script; one that ends in a backslash continues on the next. */
export function scriptLines(text: string): readonly ScriptLine[] {
  const physical = text.split(/\r?\n/);
  if (physical.at(-1) === "") physical.pop();
  const lines: ScriptLine[] = [];
  let pending: ScriptLine | undefined;
  for (const [index, line] of physical.entries()) {
    const joined: ScriptLine = { text: (pending?.text ?? "") + line, number: pending?.number ?? index + 1 };
    if (line.endsWith("\\") && index + 1 < physical.length) {
      pending = { text: joined.text.slice(0, -1), number: joined.number };
    } else {
      pending = undefined;
      lines.push(joined);
    }
  }
  return lines;
}
