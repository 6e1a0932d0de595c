import { describe, expect, test } from "vitest";

import { begin, isOpen, isScored, ranked, take, type ChatEvent, type Turn } from "./turn";

const NOW = 1_800_000_000_000;

function company(uen: string, id: number | null = Number(uen)): Record<string, unknown> {
  return { uen, name: `COMPANY ${uen}`, company_id: id, industry_norm: "bakeries", website_domain: null, incorporated_on: null, address: null };
}

const HEAD: ChatEvent = { name: "head", data: { companies: ["1", "2", "3"].map((uen) => company(uen)), known: [] } };
const DONE: ChatEvent = { name: "done", data: { job_id: "j", remaining: 7, notice: "Upserted 3 now" } };

function scored(uen: string, score: number): ChatEvent {
  return { name: "company", data: { stage: "scored", uen, name: "", score, bucket: "High", rationale: "because", contact: "a@b.example", contact_details: null } };
}

function reached(uen: string, stage: string, outcome?: string): ChatEvent {
  return { name: "company", data: { stage, uen, name: "", outcome } };
}

function after(...events: ChatEvent[]): Turn {
  return events.reduce((turn, event, index) => take(turn, event, index * 10), begin("k", "Bakeries", NOW));
}

describe("a turn", () => {
  test("names the companies first, and fills each in as its events come", () => {
    const turn = after({ name: "accepted", data: { request_id: "r" } }, HEAD, reached("2", "enriched", "visited"), scored("2", 0.8));
    expect(turn.companies.map((it) => it.stage)).toEqual([null, "scored", null]);
    expect(turn.companies[1]).toMatchObject({ score: 0.8, site: "visited", rationale: "because", contact: "a@b.example", name: "COMPANY 2" });
    expect(turn.companies.map(isScored)).toEqual([false, true, false]);
    expect(isOpen(turn)).toBe(true);
  });

  test("never falls back to an earlier stage, in whatever order events come", () => {
    const turn = after(HEAD, reached("1", "synced", "no_connection"), scored("1", 0.5), reached("1", "enriched", "unreachable"));
    expect(turn.companies[0]).toMatchObject({ stage: "synced", odoo: "no_connection", site: "unreachable", score: 0.5 });
  });

  test("shows the best first only once every score is there, so that no card moves before", () => {
    const some = after(HEAD, scored("3", 0.9));
    expect(ranked(some).map((it) => it.uen)).toEqual(["1", "2", "3"]);
    const all = [scored("1", 0.2), scored("2", 0.5)].reduce((turn, event) => take(turn, event, 70), some);
    expect(ranked(all).map((it) => it.uen)).toEqual(["3", "2", "1"]);
    expect(all.timings.scored).toBe(70);
  });

  test("is not changed by what a repeat of its request tells", () => {
    const turn = after(HEAD, scored("1", 0.5), DONE);
    const again = [HEAD, { name: "done", data: { job_id: null, remaining: null, notice: "Your request is queued" } }].reduce(
      (it, event) => take(it, event, 99),
      turn,
    );
    expect(again).toEqual(turn);
  });

  test("ends with the gateway's problem, and passes over events that it does not know", () => {
    const problem = { status: 503, title: "Not available", detail: "Nothing was done." };
    expect(after({ name: "error", data: problem })).toMatchObject({ state: "failed", problem });
    expect(after(HEAD, { name: "new", data: {} })).toEqual(after(HEAD));
  });
});
