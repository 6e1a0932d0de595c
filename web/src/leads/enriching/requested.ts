/** A request for enrichment in words. Pure. */
import type { Schemas } from "@/api/client";
import { companyName, count, plural, words } from "@/format";

type Requested = Schemas["RequestedEnrichment"];

export function progressOf({ total, enriched, scored, failed, is_over: isOver }: Requested): string {
  const companies = plural(total, "company", "companies");
  if (!isOver) return `${companies} being enriched: ${count(enriched)} enriched, ${count(scored)} scored${failed ? `, ${count(failed)} failed` : ""}.`;
  if (failed === 0) return `${companies} enriched and scored.`;
  return `${count(scored)} of ${companies} enriched and scored, ${count(failed)} failed.`;
}

/** What was left out and what failed, with the reason; of many companies the first. */
export function resultOf({ cut_short: cutShort, companies }: Requested): string[] {
  const failed = companies.filter((it) => it.state === "failed");
  return [
    ...cutShort.map((it) => `${words(it.reason)}: ${plural(it.companies, "company", "companies")}.`),
    ...failed.slice(0, 3).map((it) => `${companyName(it.name)}: ${it.error ?? "given up"}`),
    ...(failed.length > 3 ? [`${plural(failed.length - 3, "more company", "more companies")} failed; their timelines say why.`] : []),
  ];
}
