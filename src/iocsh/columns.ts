const PAGE_WIDTH = 80;

/**
 * Lays texts out in columns of `tab` characters, as EPICS's database reports do: a text that is too long takes several
 * columns, a row ends where the next text would not fit into 80 characters.
 */
export function inColumns(texts: readonly string[], tab: number): readonly string[] {
  const rows: string[] = [];
  let row = "";
  for (const text of texts) {
    if (row !== "" && row.length + text.length > PAGE_WIDTH) {
      rows.push(row);
      row = "";
    }
    const nextColumn = (Math.floor((row.length + text.length) / tab) + 1) * tab;
    row = (row + text).padEnd(Math.min(PAGE_WIDTH, nextColumn));
  }
  if (row !== "") rows.push(row);
  return rows;
}
