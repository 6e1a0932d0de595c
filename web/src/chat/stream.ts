/** POST /chat as events. Reading ends after the last event; a stream that ends before it throws a Problem. */
import { createParser } from "eventsource-parser";

import { send } from "@/api/client";
import { asProblem, OFFLINE } from "@/api/problem";

import type { ChatEvent } from "./turn";

/** Without a byte for this long, not even a ping, the connection is taken for dead. */
export const SILENCE_MS = 40_000;
const LAST = ["done", "error"];

export async function readChat(
  message: string,
  key: string,
  signal: AbortSignal,
  heard: { onFirstByte: (ms: number) => void; onEvent: (event: ChatEvent) => void },
): Promise<void> {
  const began = performance.now();
  const silence = new AbortController();
  const response = await send("/chat", {
    method: "POST",
    body: JSON.stringify({ message }),
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    signal: AbortSignal.any([signal, silence.signal]),
  });
  if (response.body === null) throw OFFLINE;
  let isOver = false;
  const parser = createParser({
    onEvent: ({ event: name = "message", data }) => {
      isOver ||= LAST.includes(name);
      heard.onEvent({ name, data: JSON.parse(data) as ChatEvent["data"] });
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;
  try {
    for (;;) {
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done && !isOver) throw OFFLINE;
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
