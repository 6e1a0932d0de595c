/** Lists as people type them: one per line or separated by commas. Pure. */

export function entriesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,;]/).map((it) => it.trim()).filter(Boolean))];
}

export const textOf = (entries: readonly string[]): string => entries.join("\n");

/** A number of a form's field; null for an empty one. */
export function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
