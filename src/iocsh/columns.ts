const PAGE_WIDTH = 80;

/**
 * Lays texts out in columns of `tab` characters, as EPICS's database reports do: a text that is too long takes several
 * columns, a row ends where the next text would not fit into 80 characters.
 */
export function inColumns(texts: readonly string[], tab: number): readonly string[] {
  const rows: string[] = [];
  let row = "";
  for (const text of texts) {
    const cell = text.padEnd((Math.floor(text.length / tab) + 1) * tab);
    if (row !== "" && row.length + cell.length > PAGE_WIDTH) {
      rows.push(row);
      row = "";
    }
    row += cell;
  }
  if (row !== "") rows.push(row);
  return rows;
}
