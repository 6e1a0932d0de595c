/** What would make a score higher, in words: one criterion at a time, everything else as it is. Pure. */
import type { Schemas } from "@/api/client";
import { score as scoreText } from "@/format";

import { metBy } from "./criteria";

type Contribution = Schemas["Contribution"];
type Scored = { score: number; contributions: Contribution[] };

/** Smaller gains are not worth a word. */
const LEAST = 0.005;
/** What the register says; of the other criteria of a profile, those that are known are as they are, too. */
const REGISTERED = new Set(["industry", "age", "geography"]);

/**
 * What a criterion would add if it were fully met. Its contribution is weight × (value − prior), and an unknown one
 * contributes 0: so a known criterion gains weight × (1 − value), and an unknown one weight × (1 − prior).
 */
export function gain({ value, weight, prior }: Contribution): number {
  const now = value ?? prior;
  return now === null || weight === null || weight <= 0 ? 0 : weight * (1 - now);
}

/** The score if this criterion were fully met; null where that would change little, or nobody can change it. */
export function scoreIfMet(score: number, it: Contribution): number | null {
  const isGiven = REGISTERED.has(it.name) || (it.group === "icp" && it.value !== null);
  return isGiven || gain(it) < LEAST ? null : Math.min(score + gain(it), 1);
}

/** Says what would help most, at most so many: ways to reach the company first, which can be found by asking. */
export function wouldHelp({ score, contributions }: Scored, most = 1): string[] {
  return contributions
    .filter((it) => scoreIfMet(score, it) !== null)
    .toSorted((one, other) => Number(other.group === "contact") - Number(one.group === "contact") || gain(other) - gain(one))
    .slice(0, most)
    .map((it) => `${metBy(it.name)} would make it ${scoreText(score + gain(it))}.`);
}
