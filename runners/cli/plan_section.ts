/** A heading and rows in columns, two spaces apart; nothing if there are no rows. */
export function section(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const table = [heading, ...rows.map(([label = "", ...cells]) => [`  ${label}`, ...cells])];
  const widths = heading.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return [
    "",
    ...table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()),
  ];
}
