/** Sums of what is known of a company: units per step, and pieces per source. Pure. */
import type { Schemas } from "@/api/client";
import { plural, vendorName, words } from "@/format";

type Details = Pick<Schemas["CompanyDetails"], "runs" | "facts" | "contacts" | "registered_at">;

/** Lists the charged units of all enrichments by step, the dearest first. */
export function costs({ runs }: Pick<Details, "runs">): { step: string; units: number }[] {
  const units = new Map<string, number>();
  for (const step of runs.flatMap((run) => run.steps)) if (step.units) units.set(step.step, (units.get(step.step) ?? 0) + step.units);
  return [...units].map(([step, sum]) => ({ step, units: sum })).toSorted((one, other) => other.units - one.units);
}

/** Each step of an enrichment: its name, and what its vendor charges by. */
const STEPS: Record<string, { name: string; one?: string; many?: string }> = {
  find_site: { name: "Search for the website (Tavily)", one: "credit" },
  crawl: { name: "Visit to the website" },
  tavily: { name: "Website by Tavily", one: "credit" },
  extract: { name: "Facts from the pages" },
  understand: { name: "Pages read by OpenAI", one: "token" },
  lusha: { name: "Contacts by Lusha", one: "credit" },
  zerobounce: { name: "E-mail check by ZeroBounce", one: "address", many: "addresses" },
};

/** A step that is new to this page is named as it is. */
export const stepName = (step: string): string => STEPS[step]?.name ?? words(step);

export function charged(step: string, units: number): string {
  const { one = "unit", many } = STEPS[step] ?? {};
  return plural(units, one, many);
}

/** Lists the sources of facts and contacts, each with what is from it. A bought contact's source is its vendor. */
export function sources({ facts, contacts }: Pick<Details, "facts" | "contacts">): [string, string][] {
  const found = new Map<string, string[]>();
  const add = (source: string, what: string): void => void found.set(source, [...(found.get(source) ?? []), what]);
  for (const fact of facts) add(fact.source_url, words(fact.field).toLowerCase());
  const kinds = new Map<string, Map<string, number>>();
  for (const { vendor, source_url: url, kind } of contacts) {
    const source = vendor ? `${vendorName(vendor)} (bought)` : url;
    const its = kinds.get(source) ?? new Map<string, number>();
    kinds.set(source, its.set(kind, (its.get(kind) ?? 0) + 1));
  }
  for (const [source, its] of kinds)
    for (const [kind, number] of its) add(source, plural(number, kind === "email" ? "e-mail address" : "phone number", kind === "email" ? "e-mail addresses" : "phone numbers"));
  return [...found].map(([source, what]) => [source, [...new Set(what)].join(", ")]);
}
