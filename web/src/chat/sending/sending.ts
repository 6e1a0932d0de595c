/** Sends messages and follows them to their end, whatever view is open. A stream that breaks is taken up again. */
import { v7 } from "uuid";

import { api } from "@/api/client";
import { asProblem, OFFLINE } from "@/api/problem";
import { queryClient } from "@/api/queries";
import { session } from "@/api/session";
import { renew, thread } from "@/chat/turns/conversations";
import { change, forget, forgetAll, live, put } from "@/chat/turns/live";
import { begin, failed, isOpen, take, type Turn } from "@/chat/turns/turn";
import type { Thread } from "@/chat/turns/turnsOf";

import { keepFirstByte } from "./firstBytes";
import { readRun } from "./stream";
import { confirmSent, keepUnsent, unsent } from "./unsent";

const RETRIES_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000];

const running = new Map<string, AbortController>();

/** Sends the first message of a new conversation; returns its id at once. */
export function sayFirst(text: string): string {
  const id = v7();
  const empty: Thread = { thread_id: id, metadata: {}, values: { messages: [] }, pending: [] };
  queryClient.setQueryData(thread(id).queryKey, empty);
  say(id, text);
  return id;
}

/** Sends a message; returns at once. */
export function say(conversationId: string, text: string): void {
  const turn = begin(v7(), text, Date.now());
  keepUnsent({ ...turn, conversationId });
  follow(conversationId, turn);
}

/** Sends a message that failed again. One that the gateway has answered with a failure is a new message. */
export function sayAgain(conversationId: string, turn: Turn): void {
  if (turn.runId === undefined && live(conversationId).some((it) => it.key === turn.key))
    follow(conversationId, { ...turn, state: "sending", problem: undefined });
  else say(conversationId, turn.text);
}

/** Follows a message to the end of its reply, unless it is followed already. */
export function follow(conversationId: string, turn: Turn): void {
  if (running.has(turn.key)) return;
  put(conversationId, turn);
  const controller = new AbortController();
  running.set(turn.key, controller);
  void toTheEnd(conversationId, turn, controller.signal).finally(() => running.delete(turn.key));
}

/** Sends what the gateway had not confirmed when the page was closed or reloaded. */
export function resume(): void {
  for (const { conversationId, key, text, sentAt } of unsent()) follow(conversationId, begin(key, text, sentAt));
}

/** Leaves everything: the runs go on at the gateway. */
export function stopAll(): void {
  for (const controller of running.values()) controller.abort();
  running.clear();
  forgetAll();
}

async function toTheEnd(conversationId: string, turn: Turn, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await listen(conversationId, current(conversationId, turn), signal);
      const isTold = !isOpen(current(conversationId, turn));
      await renew(conversationId);
      if (isTold) return;
      // The last event did not come: the stream was cut, or the run ended long ago, and the gateway's record says how.
      const kept = await queryClient.fetchQuery({ ...thread(conversationId), staleTime: 0 });
      if (kept.pending.some((it) => it.id === turn.key)) throw OFFLINE;
      if (!signal.aborted) forget(conversationId, turn.key);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      const wait = RETRIES_MS[attempt];
      if (!problem.isPassing || wait === undefined || session() === null) {
        confirmSent(turn.key);
        change(conversationId, turn.key, (it) => failed(it, problem));
        return;
      }
      change(conversationId, turn.key, (it) => ({ ...it, state: "reconnecting" }));
      await pause(Math.max(wait, (problem.retryAfterS ?? 0) * 1000), signal);
    }
  }
}

async function listen(conversationId: string, turn: Turn, signal: AbortSignal): Promise<void> {
  const since = turn.sentAt || Date.now();
  const update = (how: (turn: Turn) => Turn): void => change(conversationId, turn.key, how);
  await readRun(conversationId, turn, signal, {
    onFirstByte: (ms) => {
      // A lost report only leaves one sample out of the summary.
      void api.POST("/metrics/ttfb", { body: { ttfb_ms: ms } }).catch(() => undefined);
      keepFirstByte({ text: turn.text, ms });
      update((it) => (it.timings.firstByte ? it : { ...it, timings: { ...it.timings, firstByte: ms } }));
    },
    onRun: (runId) => {
      confirmSent(turn.key);
      if (turn.runId === undefined) void renew();
      update((it) => ({ ...it, runId, state: isOpen(it) ? "working" : it.state }));
    },
    onEvent: (event) => update((it) => take(it, event, Date.now() - since)),
  });
}

function current(conversationId: string, turn: Turn): Turn {
  return live(conversationId).find((it) => it.key === turn.key) ?? turn;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
