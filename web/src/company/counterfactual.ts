/** The one unknown or missing criterion that would raise a score most, in words. Pure. */
import type { Schemas } from "@/api/client";
import { score as scoreText, words } from "@/format";

type Contribution = Schemas["Contribution"];
type Scored = Pick<Schemas["Explanation"], "score" | "contributions">;

/**
 * What a criterion would add if it were fully met. Its contribution is weight × (value − prior), and an unknown one
 * contributes 0; so a known criterion gains weight × (1 − value). For an unknown one the prior is unknown here: no claim.
 */
export function gain({ value, weight }: Contribution): number {
  return value === null || weight === null || weight <= 0 ? 0 : weight * (1 - value);
}

export function wouldHelp({ score, contributions }: Scored): string | null {
  const best = contributions.toSorted((one, other) => gain(other) - gain(one))[0];
  if (best === undefined || gain(best) < 0.01) return null;
  return `If “${words(best.name)}” were fully met, the score would be ${scoreText(Math.min(score + gain(best), 1))}.`;
}
