/** What to say first to a lead: the strongest piece of evidence about the company itself. Pure. */
import type { Schemas } from "@/api/client";

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
