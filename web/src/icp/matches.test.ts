import { expect, test } from "vitest";

import { matchesOf, noteOf, type Wanted } from "./matches";

const NOTHING: Wanted = { industries: [], districts: [], technologies: [] };
const FOUND = { matches: 1240, has_more: false, not_counted: [], titles: {} };

test("matches are counted in words, up to a limit", () => {
  expect(matchesOf({ ...NOTHING, industries: ["25"] }, FOUND)).toBe("1,240 companies of the register match.");
  expect(matchesOf({ ...NOTHING, industries: ["25"] }, { ...FOUND, matches: 1 })).toBe("1 company of the register matches.");
  expect(matchesOf({ ...NOTHING, industries: ["25"] }, { ...FOUND, matches: 10_000, has_more: true })).toBe("More than 10,000 companies of the register match.");
  expect(matchesOf({ ...NOTHING, age_from: 0 }, { ...FOUND, matches: null })).toBe("Too many companies match to count them while you type.");
});

test("a profile that the register cannot be searched by says so", () => {
  expect(matchesOf({ ...NOTHING, employees_from: 10 }, { ...FOUND, matches: 0 })).toMatch(/^Without an industry/);
});

test("what the register does not have is named", () => {
  expect(noteOf(FOUND)).toBe("");
  expect(noteOf({ ...FOUND, not_counted: ["employees", "technologies"] })).toBe("Employees and technologies are not in the register; they count in the score.");
});
