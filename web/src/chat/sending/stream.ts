/** A run of a thread as events. A stream that breaks, or is silent for too long, throws a Problem. */
import { send } from "@/api/client";
import { Problem } from "@/api/problem";
import { readEvents } from "@/api/sse";

import type { ChatEvent, Turn } from "@/chat/turns/turn";

type Heard = { onFirstByte: (ms: number) => void; onRun: (runId: string) => void; onEvent: (event: ChatEvent) => void };

/** Reads the run of a message from its first event to its end. The run is begun, or, where it is known, joined. */
export async function readRun(conversationId: string, turn: Turn, signal: AbortSignal, heard: Heard): Promise<void> {
  const began = performance.now();
  const path = `/agent/threads/${conversationId}/runs`;
  const open = (both: AbortSignal): Promise<Response> =>
    turn.runId
      ? send(`${path}/${turn.runId}/stream?stream_mode=custom`, { signal: both })
      : send(`${path}/stream`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({
            // A message that is sent again under its id is the same run.
            input: { messages: [{ id: turn.key, type: "human", content: turn.text }] },
            stream_mode: ["custom"],
            if_not_exists: "create",
          }),
          signal: both,
        });
  await readEvents(open, signal, {
    onFirstByte: () => {
      if (!turn.runId) heard.onFirstByte(performance.now() - began);
    },
    onEvent: ({ event, data }) => {
      const parsed: unknown = JSON.parse(data);
      if (event === "metadata") heard.onRun((parsed as { run_id: string }).run_id);
      else if (event === "custom") heard.onEvent(parsed as ChatEvent);
      else if (event === "error") {
        const { error, message } = parsed as { error: string; message: string };
        throw new Problem(503, error, message);
      }
    },
  });
}
