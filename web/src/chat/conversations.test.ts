import { expect, test } from "vitest";

import { read, search, type Conversation } from "./conversations";
import { begin } from "./turn";

function conversation(title: string, ...messages: string[]): Conversation {
  return { id: title, title, isNamed: false, changedAt: 0, turns: messages.map((text) => begin(text, text, 0)) };
}

const ALL = [conversation("Bakeries", "Bakeries", "in Tampines"), conversation("Logistics", "Logistics")];

test("conversations are found by title and by message, in any case", () => {
  expect(search(ALL, " BAKER ").map((it) => it.title)).toEqual(["Bakeries"]);
  expect(search(ALL, "tampines").map((it) => it.title)).toEqual(["Bakeries"]);
  expect(search(ALL, "")).toEqual(ALL);
  expect(search(ALL, "hotel")).toEqual([]);
});

test.each([null, "", "{", "7", '{"id": 1}', '[null, 7, {"id": "x"}]'])("what is no list of conversations is none: %s", (stored) => {
  expect(read(stored)).toEqual([]);
});

test("stored conversations are read again as they were", () => {
  expect(read(JSON.stringify(ALL))).toEqual(ALL);
});
