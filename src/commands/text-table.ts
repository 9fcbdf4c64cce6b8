/** Lines of columns as wide as their widest cell, two spaces apart. Columns in `right` stand to the right. */
export function textTable(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A text from the cloud as a terminal may show it: what the terminal would obey is replaced. */
export const visible = (text: string): string => text.replaceAll(/\p{C}/gu, '\uFFFD');
