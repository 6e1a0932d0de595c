import { expect, test } from "vitest";

import { toggled } from "./marks";
import { opening, openingWords } from "./opening";

const part = (name: string, contribution: number, group: string | null, evidence: string | null = name) => ({ name, contribution, group, evidence, value: 1, weight: 1, prior: 0, source: null });

test("the opening is the strongest signal, before any match with the ICP and never a way to reach someone", () => {
  const features = [part("industry", 0.3, "icp"), part("verified_email", 0.2, "contact"), part("site_live", 0.15, "signals"), part("hiring", 0.05, "signals"), part("customers", 0.1, "signals")];
  expect(opening(features)?.name).toBe("customers");
  expect(opening(features.slice(0, 2))?.name).toBe("industry");
});

test("without evidence in words, or with what speaks against a lead, there is no opening", () => {
  expect(opening([part("hiring", 0.1, "signals", null), part("customers", -0.1, "signals")])).toBeNull();
  expect(opening([])).toBeNull();
});

test("the opening is said in words", () => {
  expect(openingWords(part("customers", 0.1, "signals", "Tenfix Hospital"))).toBe("They name their customers: Tenfix Hospital");
  expect(openingWords(part("new_signal", 0.1, "signals", "opened a shop"))).toBe("New signal: Opened a shop");
});

test("a lead is marked, and unmarked by the same key; the latest sixty nights are kept", () => {
  const once = toggled({ "2026-11-29": [1] }, "2026-11-29", 2);
  expect(once).toEqual({ "2026-11-29": [1, 2] });
  expect(toggled(once, "2026-11-29", 2)).toEqual({ "2026-11-29": [1] });
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, day) => [new Date(Date.UTC(2026, 0, day + 1)).toISOString().slice(0, 10), [1]]));
  const after = toggled(many, "2026-11-29", 7);
  expect(Object.keys(after)).toHaveLength(60);
  expect(after["2026-11-29"]).toEqual([7]);
  expect(after["2026-01-01"]).toBeUndefined();
});
