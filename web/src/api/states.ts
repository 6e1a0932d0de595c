/** Follows something by its stream of states, such as a job. A stream that breaks is resumed after the state it showed last. */
import { send } from "./client";
import { asProblem } from "./problem";
import { readEvents } from "./sse";

const RETRIES_MS = [500, 1000, 2000, 4000, 8000];

/** Hears each state until the last one, nobody wants to know, or the gateway does not know what is followed. */
export async function followStates<State>(path: string, signal: AbortSignal, hear: (state: State) => void): Promise<void> {
  let seen: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    let isOver = false;
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream", ...(seen ? { "Last-Event-ID": seen } : {}) };
      await readEvents((both) => send(path, { headers, signal: both }), signal, {
        onEvent: ({ event, data, id }) => {
          failures = 0;
          seen = id ?? seen;
          isOver = event === "ended";
          hear(JSON.parse(data) as State);
        },
      });
      if (isOver) return;
    } catch (error) {
      if (signal.aborted || !asProblem(error).isPassing) return;
    }
    await pause(RETRIES_MS[Math.min(failures++, RETRIES_MS.length - 1)]!, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
