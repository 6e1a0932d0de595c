import { expect, test } from "vitest";

import { wouldHelp } from "./counterfactual";

const part = (name: string, value: number | null, weight: number | null) => ({ name, value, weight, contribution: 0, group: null, evidence: null, source: null });

test("the hint names the criterion that would raise the score most, and the score then", () => {
  const contributions = [part("verified_email", 0, 0.1), part("hiring", 0.5, 0.08), part("icp", 1, 0.5)];
  expect(wouldHelp({ score: 0.61, contributions })).toBe("If “Verified email” were fully met, the score would be 0.71.");
});

test("there is no hint where nothing is known to be missing", () => {
  expect(wouldHelp({ score: 0.9, contributions: [part("icp", 1, 0.5), part("unknown", null, 0.4), part("against", 0, -0.2)] })).toBeNull();
  expect(wouldHelp({ score: 0.9, contributions: [] })).toBeNull();
});
