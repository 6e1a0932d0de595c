/** LangChain's own client against /agent, and the page that shows what the client has asked. */
import { Client } from "@langchain/langgraph-sdk";
import { expect, inject, test } from "vitest";

import { eachOnItsOwnPage, hasNoViolations, page } from "./browser";

eachOnItsOwnPage();

type State = { messages: { type: string; content: string }[] };

function client(): Client<State> {
  const token = new URLSearchParams(new URL(inject("signIn")).hash.slice(1)).get("token");
  return new Client<State>({ apiUrl: `${inject("gateway")}/agent`, defaultHeaders: { Authorization: `Bearer ${token}` } });
}

test("the SDK holds a conversation, whose companies, scores and name the page shows", async () => {
  const sdk = client();
  const { thread_id: id } = await sdk.threads.create();
  const counts: Record<string, number> = {};
  let last: State | undefined;
  const run = sdk.runs.stream(id, "agent", {
    input: { messages: [{ type: "human", content: "Construction" }] },
    streamMode: ["values", "messages-tuple", "custom"],
  });
  for await (const { event, data } of run) {
    counts[event] = (counts[event] ?? 0) + 1;
    if (event === "values") last = data as State;
  }
  expect(counts).toMatchObject({ metadata: 1, values: 2 });
  expect(counts.messages).toBeGreaterThan(10);
  expect(counts.custom).toBeGreaterThan(10);
  const answer = last?.messages.at(-1)?.content ?? "";
  expect(answer).toContain("| Company | Score | Why | Contact |");

  await sdk.threads.update(id, { metadata: { title: "Asked by the SDK" } });
  const states = await sdk.threads.getHistory(id);
  expect(states.map((state) => state.values.messages.length)).toEqual([3, 1, 0]);
  expect((await sdk.threads.search({ metadata: { graph_id: "agent" } })).map((it) => it.thread_id)).toContain(id);

  await page.goto(inject("signIn"));
  await page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /^Asked by the SDK/ }).click();
  await page.getByRole("article").first().waitFor();
  for (const uen of await page.getByRole("article").locator("li.font-mono").allTextContents())
    expect(answer).toContain(uen);
  await hasNoViolations(page);

  await sdk.threads.delete(id);
  await expect(sdk.threads.getHistory(id)).rejects.toThrow(/404|no thread/i);
});
