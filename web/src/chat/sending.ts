/** Sends messages and follows them to their end, whatever view is open. A stream that breaks is taken up again. */
import { v7 } from "uuid";

import { api, data } from "@/api/client";
import { asProblem } from "@/api/problem";
import { session } from "@/api/session";

import { addTurn, changeTurn, conversations, find, flush } from "./conversations";
import { readChat } from "./stream";
import { begin, failed, isOpen, take, unscored, withExplanation, type Turn } from "./turn";

const RETRIES_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000];
/** How long scores that no event told are asked for, and how often. */
const CATCH_UP_MS = 60_000;
const ASK_EVERY_MS = 2_000;
/** An Idempotency-Key is good for a day. */
const GOOD_FOR_MS = 23 * 3_600_000;

const running = new Map<string, AbortController>();

/** Sends a message; returns at once. */
export function say(conversationId: string, text: string): void {
  const turn = begin(v7(), text, Date.now());
  addTurn(conversationId, turn);
  flush();
  void follow(turn);
}

/** Sends a message that failed again, under its own key: it is done once. */
export function sayAgain(turn: Turn): void {
  changeTurn(turn.key, (it) => ({ ...it, state: "sending", problem: undefined }));
  void follow(turn);
}

/** Takes up what was going on when the page was closed or reloaded. */
export function resume(): void {
  for (const turn of conversations().flatMap((it) => it.turns)) {
    if (!isOpen(turn) || running.has(turn.key)) continue;
    if (Date.now() - turn.sentAt < GOOD_FOR_MS) void follow(turn);
    else changeTurn(turn.key, (it) => ({ ...it, state: "done" }));
  }
}

export function stopAll(): void {
  for (const controller of running.values()) controller.abort();
  running.clear();
}

async function follow(turn: Turn): Promise<void> {
  const controller = new AbortController();
  running.set(turn.key, controller);
  const { signal } = controller;
  try {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await Promise.all([listen(turn, signal), attempt > 0 || turn.companies.length > 0 ? catchUp(turn, signal) : null]);
        await catchUp(turn, signal);
        changeTurn(turn.key, (it) => (isOpen(it) ? { ...it, state: "done" } : it));
        return;
      } catch (error) {
        if (signal.aborted) return;
        const problem = asProblem(error);
        const wait = RETRIES_MS[attempt];
        if (!problem.isPassing || wait === undefined || session() === null) {
          changeTurn(turn.key, (it) => failed(it, problem));
          return;
        }
        changeTurn(turn.key, (it) => ({ ...it, state: "reconnecting" }));
        await pause(Math.max(wait, (problem.retryAfterS ?? 0) * 1000), signal);
      }
    }
  } finally {
    running.delete(turn.key);
    flush();
  }
}

async function listen(turn: Turn, signal: AbortSignal): Promise<void> {
  await readChat(turn.text, turn.key, signal, {
    onFirstByte: (ms) => {
      // A lost report only leaves one sample out of the summary.
      void api.POST("/metrics/ttfb", { body: { ttfb_ms: ms } }).catch(() => undefined);
      changeTurn(turn.key, (it) => (it.timings.firstByte ? it : { ...it, timings: { ...it.timings, firstByte: ms } }));
    },
    onEvent: (event) => changeTurn(turn.key, (it) => take(it, event, Date.now() - turn.sentAt)),
  });
}

/** Asks for the scores that no event has told: those that came while the connection was away. */
async function catchUp(turn: Turn, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + CATCH_UP_MS;
  while (!signal.aborted && Date.now() < deadline) {
    const open = unscored(current(turn));
    if (open.length === 0) return;
    for (const company of open) {
      const path = { company_id: company.company_id ?? 0 };
      try {
        const lead = await data(api.GET("/leads/{company_id}/explain", { params: { path }, signal }));
        changeTurn(turn.key, (it) => withExplanation(it, company.uen, lead, Date.now() - turn.sentAt));
      } catch (error) {
        if (asProblem(error).status !== 404) throw error;
      }
    }
    await pause(ASK_EVERY_MS, signal);
  }
}

function current(turn: Turn): Turn {
  for (const conversation of conversations()) {
    const found = conversation.turns.find((it) => it.key === turn.key);
    if (found) return found;
  }
  return { ...turn, companies: [] };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

export { find };
