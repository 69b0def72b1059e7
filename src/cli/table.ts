/** Writes rows under titles, in columns as wide as their widest cell. `right` names the columns that hold numbers. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    titles
      .map((title, column) => {
        const cell = cells[column] ?? '';
        const width = widths[column] ?? 0;
        return right.includes(title) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [titles, ...rows].map((cells) => `${line(cells)}\n`).join('');
}
