import { expect, test } from "vitest";

import { asCsv } from "./table";

test("rows have a head, and texts are quoted", () => {
  expect(asCsv([{ uen: "1K", name: 'A "B", C', score: 0.5, site: null, ok: true }])).toBe(
    'uen,name,score,site,ok\r\n"1K","A ""B"", C",0.5,,"true"\r\n',
  );
});

test.each(["=1+1", "+65 6123", "-1", "@cmd", "\tx"])("a text that a spreadsheet would evaluate is text: %j", (name) => {
  expect(asCsv([{ name }])).toBe(`name\r\n"'${name}"\r\n`);
});

test("no rows are an empty table", () => {
  expect(asCsv([])).toBe("\r\n");
});
