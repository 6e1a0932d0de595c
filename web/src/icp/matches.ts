/** How many companies a profile matches, in words. Pure. */
import type { Schemas } from "@/api/client";
import { count, plural } from "@/format";

export type Wanted = Schemas["Icp"];
type Preview = Schemas["IcpPreview"];

export function matchesOf({ industries, districts, age_from: from, age_to: to }: Wanted, { matches, has_more: hasMore }: Preview): string {
  if (industries.length === 0 && !districts?.length && (from ?? null) === null && (to ?? null) === null)
    return "Without an industry, an age or a district the nights look for no new companies.";
  if (matches === null) return "Too many companies match to count them while you type.";
  if (hasMore) return `More than ${count(matches)} companies of the register match.`;
  return `${plural(matches, "company", "companies")} of the register ${matches === 1 ? "matches" : "match"}.`;
}

/** What is asked for and narrows no search. */
export function noteOf({ not_counted: names }: Preview): string {
  if (names.length === 0) return "";
  const listed = names.join(" and ");
  return `${listed.charAt(0).toUpperCase()}${listed.slice(1)} are not in the register; they count in the score.`;
}
