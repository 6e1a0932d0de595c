import { expect, test } from "vitest";

import { entriesOf, numberOf, textOf } from "./entries";

test("entries stand in lines or between commas, each once", () => {
  expect(entriesOf(" precision engineering, 2020:25\n\nC;C ")).toEqual(["precision engineering", "2020:25", "C"]);
  expect(entriesOf(" , \n")).toEqual([]);
  expect(entriesOf(textOf(["a b", "c"]))).toEqual(["a b", "c"]);
});

test("an empty number makes no demand", () => {
  expect(numberOf(" ")).toBeNull();
  expect(numberOf("0")).toBe(0);
});
