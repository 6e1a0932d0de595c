/** The filters of the candidates, as the address keeps them. Pure. */

export type Bucket = "High" | "Medium" | "Low";
export type Filters = { q?: string; industry?: string; bucket?: Bucket; verified?: boolean };

export const BUCKETS: readonly Bucket[] = ["High", "Medium", "Low"];

/** Reads the address's search. What is not a filter is left out, so that an old or mistyped link still opens. */
export function readFilters(search: Record<string, unknown>): Filters {
  const { q, industry, bucket, verified } = search;
  return {
    ...(text(q) && { q: text(q) }),
    ...(text(industry) && { industry: text(industry) }),
    ...(BUCKETS.includes(bucket as Bucket) && { bucket: bucket as Bucket }),
    ...(typeof verified === "boolean" && { verified }),
  };
}

/** The query of the API. It finds names by their beginning, of at least two letters or digits; less is no filter. */
export function queryOf({ q, industry, bucket, verified }: Filters) {
  const isName = (q?.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 2;
  return { q: isName ? q : undefined, industry, bucket, has_verified_email: verified };
}

/** A row for comparing: two sets of filters are the same if their texts are. */
export const asText = (filters: Filters): string => JSON.stringify(Object.entries(readFilters(filters)).toSorted());

function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() ? value : undefined;
}

export const hasAny = (filters: Filters): boolean => asText(filters) !== asText({});
