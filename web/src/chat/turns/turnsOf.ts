/** Turns of a conversation, from the thread that the gateway keeps. Pure. */
import { begin, isOpen, take, type ChatEvent, type Turn } from "./turn";

export type ThreadMessage = {
  id: string;
  type: "human" | "ai";
  content: string | { text?: string }[];
  additional_kwargs?: { events?: ChatEvent[] };
};

export type Thread = {
  thread_id: string;
  metadata: { title?: string };
  values: { messages: ThreadMessage[] };
  /** Messages whose replies are not over, each with its run. */
  pending: (ThreadMessage & { run_id: string })[];
};

/** A message's text, of whichever client it is. */
export const textOf = (content: ThreadMessage["content"]): string =>
  typeof content === "string" ? content : content.map((part) => part.text ?? "").join(" ");

/** Builds the turns. A reply without events, as one to another client may be, is shown as its text. */
export function turnsOf(thread: Thread): Turn[] {
  const turns: Turn[] = [];
  for (const message of thread.values.messages) {
    const last = turns.at(-1);
    if (message.type === "human") turns.push({ ...begin(message.id, textOf(message.content), 0), state: "done" });
    else if (last) turns[turns.length - 1] = answered(last, message);
  }
  for (const { run_id: runId, id, content } of thread.pending) {
    const at = turns.findIndex((it) => it.key === id);
    if (at < 0) turns.push({ ...begin(id, textOf(content), 0), state: "working", runId });
    else turns[at] = { ...turns[at]!, state: "working", runId };
  }
  return turns;
}

function answered(turn: Turn, { content, additional_kwargs: details }: ThreadMessage): Turn {
  if (!details?.events) return { ...turn, answer: { text: textOf(content), choices: [] } };
  const replayed = details.events.reduce<Turn>((it, event) => take(it, event), { ...turn, answer: undefined });
  return isOpen(replayed) ? { ...replayed, state: "done" } : replayed;
}

/** The conversation as it is shown: the gateway's turns, each as this page has followed it, and those that are on their way. */
export function merged(kept: Turn[], live: Turn[]): Turn[] {
  const own = new Map(live.map((turn) => [turn.key, turn]));
  const known = new Set(kept.map((turn) => turn.key));
  return [...kept.map((turn) => own.get(turn.key) ?? turn), ...live.filter((turn) => !known.has(turn.key))];
}
