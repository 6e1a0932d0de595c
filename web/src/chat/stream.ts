/** A run of a thread as events. A stream that breaks, or is silent for too long, throws a Problem. */
import { createParser } from "eventsource-parser";

import { send } from "@/api/client";
import { asProblem, OFFLINE, Problem } from "@/api/problem";

import type { ChatEvent, Turn } from "./turn";

/** Without a byte for this long, not even a heartbeat, the connection is taken for dead. */
export const SILENCE_MS = 40_000;

type Heard = { onFirstByte: (ms: number) => void; onRun: (runId: string) => void; onEvent: (event: ChatEvent) => void };

/** Reads the run of a message from its first event to its end. The run is begun, or, where it is known, joined. */
export async function readRun(conversationId: string, turn: Turn, signal: AbortSignal, heard: Heard): Promise<void> {
  const began = performance.now();
  const silence = new AbortController();
  const path = `/agent/threads/${conversationId}/runs`;
  const both = { signal: AbortSignal.any([signal, silence.signal]) };
  const response = turn.runId
    ? await send(`${path}/${turn.runId}/stream?stream_mode=custom`, both)
    : await send(`${path}/stream`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          // A message that is sent again under its id is the same run.
          input: { messages: [{ id: turn.key, type: "human", content: turn.text }] },
          stream_mode: ["custom"],
          if_not_exists: "create",
        }),
        ...both,
      });
  if (response.body === null) throw OFFLINE;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const told: unknown = JSON.parse(data);
      if (event === "metadata") heard.onRun((told as { run_id: string }).run_id);
      else if (event === "custom") heard.onEvent(told as ChatEvent);
      else if (event === "error") {
        const { error, message } = told as { error: string; message: string };
        throw new Problem(503, error, message);
      }
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFirst = !turn.runId;
  try {
    for (;;) {
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      if (isFirst) heard.onFirstByte(performance.now() - began);
      isFirst = false;
      parser.feed(value);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw silence.signal.aborted ? OFFLINE : asProblem(error);
  } finally {
    clearTimeout(timer);
  }
}
