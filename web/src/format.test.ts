import { expect, test } from "vitest";

import { bucketShown, companyName, milliseconds, plural, sentenceCase, time, webAddress, words } from "./format";

test("names in capitals become readable, and others stay", () => {
  expect(companyName("ACME (S) O'BRIEN & SONS PTE. LTD.")).toBe("Acme (S) O'Brien & Sons Pte. Ltd.");
  expect(companyName("eBay Pte. Ltd.")).toBe("eBay Pte. Ltd.");
  expect(sentenceCase("MANUFACTURE OF FURNITURE")).toBe("Manufacture of furniture");
  expect(sentenceCase("hotels")).toBe("Hotels");
  expect(words("no_connection")).toBe("No connection");
});

test("a link leads to web pages only", () => {
  expect(webAddress("acme.example")).toBe("https://acme.example/");
  expect(webAddress("http://acme.example/a")).toBe("http://acme.example/a");
  for (const other of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "", null, "http://"]) expect(webAddress(other)).toBeNull();
});

test("times are Singapore's, and say so", () => {
  expect(time("2026-11-29T17:30:00Z")).toMatch(/30/);
  expect(time("2026-11-29T17:30:00Z")).toMatch(/SGT$/);
});

test("numbers have their units", () => {
  expect(milliseconds(12.4)).toBe("12 ms");
  expect(milliseconds(1500)).toMatch(/1.50 s/);
  expect(plural(1, "company", "companies")).toBe("1 company");
  expect(plural(2, "company", "companies")).toBe("2 companies");
});

test("a score about which nothing is known is in no bucket", () => {
  expect(bucketShown("Medium", 0)).toBe("Unknown");
  expect(bucketShown("Medium", 0.2)).toBe("Medium");
  expect(bucketShown("Medium", undefined)).toBe("Medium");
});
