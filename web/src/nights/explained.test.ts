import { expect, test } from "vitest";

import { balance, canGoOn, explained, nightOf, steps } from "./explained";

test("each state is said in words, in the order in which companies go through them, with what helps", () => {
  const lines = explained({ companies: { dead: 1, synced: 12, odoo_waiting: 2, requested: 1, enriching: 0 } });
  expect(lines.map((it) => [it.kind, it.text])).toEqual([
    ["waits", "1 company waits for the enrichment"],
    ["waits", "2 companies scored, but Odoo does not answer"],
    ["ended", "12 companies scored and in Odoo"],
    ["failed", "1 company given up"],
  ]);
  expect(lines.filter((it) => it.help).length).toBe(3);
});

test("each step says how many got through it, and what holds the others", () => {
  const companies = { requested: 4, enriching: 3, scoring: 2, syncing: 1, odoo_waiting: 1, synced: 6, held_back: 2, dead: 1 };
  expect(steps({ companies })).toEqual([
    { name: "Chosen", reached: 20, note: "" },
    { name: "Enriched", reached: 12, note: "3 running, 4 waiting, 1 given up" },
    { name: "Scored", reached: 10, note: "2 running" },
    { name: "In Odoo", reached: 6, note: "1 running, 1 waiting, 2 left out" },
  ]);
});

test("a state that this page does not know is shown all the same, and is no end", () => {
  expect(explained({ companies: { polishing: 3 } })).toEqual([{ kind: "runs", text: "3 companies: polishing" }]);
  expect(balance({ companies: { polishing: 3, dead: 1, no_connection: 2, requested: 4 } })).toEqual({ ended: 3, all: 10 });
});

test("a night that failed goes on while it is the same night in Singapore", () => {
  const now = new Date("2026-11-29T17:30:00Z");
  expect(nightOf(now)).toBe("2026-11-30");
  expect(canGoOn({ status: "failed", night: "2026-11-30" }, now)).toBe(true);
  expect(canGoOn({ status: "done", night: "2026-11-30" }, now)).toBe(false);
  expect(canGoOn({ status: "partial", night: "2026-11-29" }, now)).toBe(false);
});
