import { expect, test } from "vitest";

import { asText, queryOf, readFilters } from "./filters";

test("the address's filters are read, and anything else is left out", () => {
  expect(readFilters({ q: "acme", industry: 62011, bucket: "High", verified: true })).toEqual({ q: "acme", industry: "62011", bucket: "High", verified: true });
  expect(readFilters({ q: " ", industry: null, bucket: "Best", verified: "yes", other: 1 })).toEqual({});
  expect(readFilters({ verified: false })).toEqual({ verified: false });
});

test("a name of less than two letters or digits is not sent, since the API refuses it", () => {
  expect(queryOf({ q: "a" }).q).toBeUndefined();
  expect(queryOf({ q: "a -" }).q).toBeUndefined();
  expect(queryOf({ q: "a b" }).q).toBe("a b");
  expect(queryOf({ q: "9é" }).q).toBe("9é");
  expect(queryOf({ verified: false, bucket: "Low" })).toEqual({ q: undefined, industry: undefined, bucket: "Low", has_verified_email: false });
});

test("filters are the same in whatever order they stand", () => {
  expect(asText({ q: "x", bucket: "Low" })).toBe(asText({ bucket: "Low", q: "x" }));
  expect(asText({ q: "x" })).not.toBe(asText({ q: "y" }));
});
