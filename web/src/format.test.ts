import { expect, test } from "vitest";

import { bucketShown, companyName, duration, milliseconds, plural, sentenceCase, time, vendorName, webAddress, words } from "./format";

test("names in capitals become readable, and others stay", () => {
  expect(companyName("ACME (S) O'BRIEN & SONS PTE. LTD.")).toBe("Acme (S) O'Brien & Sons Pte. Ltd.");
  expect(companyName("TAN & NG LLP")).toBe("Tan & Ng LLP");
  expect(companyName("NTT 3RD FLOOR (S) PTE LTD")).toBe("NTT 3rd Floor (S) Pte Ltd");
  expect(companyName("eBay Pte. Ltd.")).toBe("eBay Pte. Ltd.");
  expect(sentenceCase("MANUFACTURE OF FURNITURE")).toBe("Manufacture of furniture");
  expect(sentenceCase("hotels")).toBe("Hotels");
  expect(words("no_connection")).toBe("No connection");
  expect([vendorName("zerobounce"), vendorName("new_vendor")]).toEqual(["ZeroBounce", "New vendor"]);
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
  const took = (seconds: number): string => duration("2026-11-30T00:00:00Z", new Date(Date.UTC(2026, 10, 30) + 1000 * seconds).toISOString());
  expect([took(0), took(59), took(60), took(3599), took(7500)]).toEqual(["0 s", "59 s", "1 min", "1 h", "2 h 5 min"]);
  expect(plural(1, "company", "companies")).toBe("1 company");
  expect(plural(2, "company", "companies")).toBe("2 companies");
});

test("a score about which nothing is known is in no bucket", () => {
  expect(bucketShown("Medium", 0)).toBe("Unknown");
  expect(bucketShown("Medium", 0.2)).toBe("Medium");
  expect(bucketShown("Medium", undefined)).toBe("Medium");
});
