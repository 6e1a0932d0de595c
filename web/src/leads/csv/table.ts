/** Rows as CSV: quoted, and with nothing that a spreadsheet would evaluate. Pure. */

const EVALUATED = /^[=+\-@\t\r]/;

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `"${(EVALUATED.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Writes the rows with a head of their names, in the order of the first row. */
export function asCsv(rows: object[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => names.map((name) => field((row as Record<string, unknown>)[name])).join(","));
  return [names.join(","), ...lines, ""].join("\r\n");
}
