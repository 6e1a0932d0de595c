/** Turns that this page follows: those on their way, and those that it has seen to their end. Nothing of it is stored. */
import { useSyncExternalStore } from "react";

import type { Turn } from "./turn";

const NONE: Turn[] = [];
let all = new Map<string, Turn[]>();
const listeners = new Set<() => void>();

export const live = (conversationId: string): Turn[] => all.get(conversationId) ?? NONE;

export function useLive(conversationId: string | undefined): Turn[] {
  return useSyncExternalStore(subscribe, () => (conversationId === undefined ? NONE : live(conversationId)));
}

/** Adds a turn, or sets the one of its key. */
export function put(conversationId: string, turn: Turn): void {
  const before = live(conversationId);
  const isKnown = before.some((it) => it.key === turn.key);
  set(conversationId, isKnown ? before.map((it) => (it.key === turn.key ? turn : it)) : [...before, turn]);
}

export function change(conversationId: string, key: string, how: (turn: Turn) => Turn): void {
  const turn = live(conversationId).find((it) => it.key === key);
  if (turn) put(conversationId, how(turn));
}

/** Leaves a conversation, or one turn of it, to what the gateway keeps. */
export function forget(conversationId: string, key?: string): void {
  set(conversationId, key === undefined ? NONE : live(conversationId).filter((it) => it.key !== key));
}

export function forgetAll(): void {
  all = new Map();
  for (const listener of listeners) listener();
}

function set(conversationId: string, turns: Turn[]): void {
  all = new Map(all).set(conversationId, turns);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
