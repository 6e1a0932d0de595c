import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";

import { progressOf, resultOf } from "./requested";

type Requested = Schemas["RequestedEnrichment"];

function requested(...states: Requested["companies"][number]["state"][]): Requested {
  const companies = states.map((state, index) => ({ company_id: index, name: `COMPANY ${index}`, state, error: state === "failed" ? "no luck" : null }));
  const number = (...wanted: string[]): number => states.filter((it) => wanted.includes(it)).length;
  return {
    request_id: "r",
    requested_by: "ann",
    requested_at: "2026-11-30T00:00:00Z",
    total: states.length,
    enriched: number("enriched", "scored"),
    scored: number("scored"),
    failed: number("failed"),
    is_over: number("scored", "failed") === states.length,
    cut_short: [],
    companies,
  };
}

test("a request under way says how many are enriched and scored", () => {
  expect(progressOf(requested("waiting", "enriched", "scored"))).toBe("3 companies being enriched: 2 enriched, 1 scored.");
  expect(progressOf(requested("waiting", "failed"))).toBe("2 companies being enriched: 0 enriched, 0 scored, 1 failed.");
});

test("one that is over says what came of it", () => {
  expect(progressOf(requested("scored"))).toBe("1 company enriched and scored.");
  expect(progressOf(requested("scored", "failed"))).toBe("1 of 2 companies enriched and scored, 1 failed.");
});

test("what was left out and what failed is named with its reason, the first three of many", () => {
  const ended = { ...requested("failed", "failed", "failed", "failed", "failed"), cut_short: [{ reason: "lusha: out of budget", companies: 2 }] };
  expect(resultOf(ended)).toEqual([
    "Lusha: out of budget: 2 companies.",
    "Company 0: no luck",
    "Company 1: no luck",
    "Company 2: no luck",
    "2 more companies failed; their timelines say why.",
  ]);
  expect(resultOf(requested("scored"))).toEqual([]);
});
