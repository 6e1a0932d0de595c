/** Reads a stream of server-sent events. One that breaks, or is silent for too long, throws a Problem. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { asProblem, OFFLINE } from "./problem";

/** Without a byte for this long, not even a heartbeat, the connection is taken for dead. */
export const SILENCE_MS = 40_000;

/** Opens the stream with a signal that also ends it when it is silent, and hears each event until its end. */
export async function readEvents(
  open: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal,
  heard: { onFirstByte?: () => void; onEvent: (event: EventSourceMessage) => void },
): Promise<void> {
  const silence = new AbortController();
  const response = await open(AbortSignal.any([signal, silence.signal]));
  if (response.status === 204) return;
  if (response.body === null) throw OFFLINE;
  const parser = createParser({ onEvent: heard.onEvent });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;
  try {
    for (;;) {
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      if (isFirst) heard.onFirstByte?.();
      isFirst = false;
      parser.feed(value);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw silence.signal.aborted ? OFFLINE : asProblem(error);
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined); // one that is broken is closed already
  }
}
