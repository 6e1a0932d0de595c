import { expect, test } from "vitest";

import { charged, costs, sources, stepName } from "./origin";

type Runs = Parameters<typeof costs>[0]["runs"];
type Known = Parameters<typeof sources>[0];

const run = (...steps: [string, number | null][]): Runs[number] =>
  ({ steps: steps.map(([step, units]) => ({ step, units, outcome: null, duration_ms: null, reason: null })) }) as unknown as Runs[number];

test("units are added up over all enrichments, the dearest step first; what was free is left out", () => {
  expect(costs({ runs: [run(["tavily", 2], ["crawl", null]), run(["tavily", 1], ["lusha", 5], ["llm", 0])] })).toEqual([
    { step: "lusha", units: 5 },
    { step: "tavily", units: 3 },
  ]);
  expect(costs({ runs: [] })).toEqual([]);
});

test("a step is named with its vendor, and its units are what that charges by", () => {
  expect([stepName("zerobounce"), charged("zerobounce", 1), charged("zerobounce", 2)]).toEqual(["E-mail check by ZeroBounce", "1 address", "2 addresses"]);
  expect([stepName("new_step"), charged("new_step", 1)]).toEqual(["New step", "1 unit"]);
});

test("each source says what is from it", () => {
  const known = {
    facts: [
      { field: "employees", source_url: "https://a.sg/about" },
      { field: "founded_year", source_url: "https://a.sg/about" },
    ],
    contacts: [
      { kind: "email", vendor: null, source_url: "https://a.sg/about" },
      { kind: "email", vendor: "lusha", source_url: "https://lusha" },
      { kind: "email", vendor: "lusha", source_url: "https://lusha" },
      { kind: "phone", vendor: "lusha", source_url: "https://lusha" },
    ],
  } as unknown as Known;
  expect(sources(known)).toEqual([
    ["https://a.sg/about", "employees, founded year, 1 e-mail address"],
    ["Lusha (bought)", "2 e-mail addresses, 1 phone number"],
  ]);
});
