import { expect, test } from "vitest";

import { begin, type ChatEvent } from "./turn";
import { merged, turnsOf, type Thread, type ThreadMessage } from "./turnsOf";

const EVENTS: ChatEvent[] = [
  { name: "accepted", data: { request_id: "r" } },
  { name: "head", data: { companies: [{ uen: "1", name: "ACME", company_id: 7 }], known: [] } },
  { name: "company", data: { stage: "scored", uen: "1", name: "ACME", score: 0.5, bucket: "Medium", rationale: "because", contact: null } },
  { name: "done", data: { job_id: "j", remaining: 3, notice: "Queued" } },
];

const human = (id: string, content: ThreadMessage["content"]): ThreadMessage => ({ id, type: "human", content });
const agent = (content: string, events?: ChatEvent[]): ThreadMessage => ({
  id: `of ${content}`,
  type: "ai",
  content,
  ...(events && { additional_kwargs: { events } }),
});

function thread(messages: ThreadMessage[], pending: Thread["pending"] = []): Thread {
  return { thread_id: "t", metadata: {}, values: { messages }, pending };
}

test("a kept reply is shown as it came in: with its companies, scores and notice, and not as its text", () => {
  const [turn] = turnsOf(thread([human("a", "Bakeries"), agent("progress"), agent("a table", EVENTS)]));
  expect(turn).toMatchObject({ key: "a", text: "Bakeries", state: "done", jobId: "j", notice: "Queued" });
  expect(turn?.companies).toMatchObject([{ name: "ACME", score: 0.5, stage: "scored" }]);
  expect(turn?.answer).toBeUndefined();
  expect(turn?.timings.head).toBeUndefined();
});

test("a reply that another client asked for is shown as its text", () => {
  const turns = turnsOf(thread([human("a", [{ text: "Hello" }]), agent("I can only read text.")]));
  expect(turns).toMatchObject([{ text: "Hello", state: "done", answer: { text: "I can only read text." } }]);
});

test("a reply that failed says why, and can be asked for again", () => {
  const problem = { status: 503, title: "Not available", detail: "Nothing was done." };
  const [turn] = turnsOf(thread([human("a", "x"), agent("Not available", [{ name: "error", data: problem }])]));
  expect(turn).toMatchObject({ state: "failed", problem });
});

test("messages whose replies are not over are open, each with its run: also one that waits for its turn", () => {
  const pending = [
    { ...human("b", "two"), run_id: "r2" },
    { ...human("c", "three"), run_id: "r3" },
  ];
  const turns = turnsOf(thread([human("a", "one"), agent("x"), human("b", "two")], pending));
  expect(turns.map((it) => [it.text, it.state, it.runId])).toEqual([
    ["one", "done", undefined],
    ["two", "working", "r2"],
    ["three", "working", "r3"],
  ]);
});

test("what this page has followed itself is shown in place of what is kept, once, with what is on its way", () => {
  const kept = [begin("a", "one", 0), begin("b", "two", 0)];
  const followed = { ...begin("b", "two", 5), timings: { firstByte: 9 } };
  const sent = begin("c", "three", 6);
  expect(merged(kept, [followed, sent])).toEqual([kept[0], followed, sent]);
});
