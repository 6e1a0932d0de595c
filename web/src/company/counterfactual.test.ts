import { expect, test } from "vitest";

import { scoreIfMet, wouldHelp } from "./counterfactual";

const part = (name: string, value: number | null, weight: number | null, group: string | null = null, prior: number | null = 0.5) => ({
  name,
  value,
  weight,
  prior,
  group,
  contribution: 0,
  evidence: null,
  source: null,
});

test("a verified e-mail that is missing says what it would make of the score", () => {
  const contributions = [part("verified_email", 0, 0.1, "contact"), part("hiring", 0.5, 0.08), part("industry", 0, 0.5)];
  expect(wouldHelp({ score: 0.61, contributions })).toEqual(["A verified e-mail would make it 0.71."]);
});

test("ways to reach the company come first, then the greater gain; an unknown criterion gains from its prior", () => {
  const contributions = [part("hiring", 0, 0.2, "signals"), part("customers", null, 0.2, "signals", 0.3), part("decision_maker", null, 0.1, "contact", 0.4)];
  expect(wouldHelp({ score: 0.5, contributions }, 3)).toEqual([
    "A named decision-maker would make it 0.56.",
    "Open roles would make it 0.70.",
    "Named customers would make it 0.64.",
  ]);
});

test("nothing is said where nothing is missing, where it is not known, and of what nobody can change", () => {
  const contributions = [part("hiring", 1, 0.5), part("news", null, 0.4, null, null), part("size", 0, -0.2), part("industry", 0, 0.4)];
  expect(wouldHelp({ score: 0.9, contributions }, 3)).toEqual([]);
  expect(contributions.map((it) => scoreIfMet(0.9, it))).toEqual([null, null, null, null]);
  expect(wouldHelp({ score: 0.9, contributions: [] })).toEqual([]);
});
