/** What to say first to a lead: the strongest piece of evidence about the company itself. Pure. */
import type { Schemas } from "@/api/client";
import { criterionName, evidenceOf } from "@/company/criteria";

type Contribution = Schemas["Contribution"];

/** Evidence about how to reach someone is no topic, and neither is what every company has. */
const NO_TOPIC = new Set(["site_live", "reachable", "verified_email", "decision_maker"]);

export function opening(features: Contribution[]): Contribution | null {
  return (
    features
      .filter((it) => it.evidence && it.contribution > 0 && it.group !== "contact" && !NO_TOPIC.has(it.name))
      .toSorted((one, other) => Number(other.group === "signals") - Number(one.group === "signals") || other.contribution - one.contribution)[0] ?? null
  );
}

/** Each topic as the beginning of a sentence that its evidence ends. */
const TOPICS: Record<string, string> = {
  customers: "They name their customers",
  hiring: "They are hiring",
  news: "They were in the news",
  pricing: "They publish prices",
  technology: "Their website runs on",
  technologies: "They use what you look for",
  size: "Their size fits",
  age: "Their age fits",
  geography: "They are where you sell",
  industry: "Their industry fits",
};

/** The opening in words, such as "They name their customers: Tenfix Hospital". */
export function openingWords(it: Pick<Contribution, "name" | "evidence">): string {
  return `${TOPICS[it.name] ?? criterionName(it.name)}: ${evidenceOf(it) ?? ""}`;
}
