/** The conversations of this browser and user, kept in local storage: the latest first, at most MOST of them. */
import { useSyncExternalStore } from "react";

import { ownName, session } from "@/api/session";

import type { Turn } from "./turn";

export type Conversation = { id: string; title: string; isNamed: boolean; changedAt: number; turns: Turn[] };

export const MOST = 60;
const SAVE_AFTER_MS = 300;

let owner = "";
let all: Conversation[] = [];
let saving: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function conversations(): Conversation[] {
  const name = ownName("conversations");
  if (name !== owner) {
    flush();
    owner = name;
    all = session() === null ? [] : read(localStorage.getItem(name));
  }
  return all;
}

export const find = (id: string): Conversation | undefined => conversations().find((it) => it.id === id);

/** Adds a turn, to a new conversation if there is none of this id. */
export function addTurn(id: string, turn: Turn): void {
  const found = find(id);
  const before = found ?? { id, title: turn.text, isNamed: false, changedAt: 0, turns: [] };
  const after = { ...before, changedAt: turn.sentAt, turns: [...before.turns, turn] };
  set([after, ...conversations().filter((it) => it.id !== id)].slice(0, MOST));
}

export function changeTurn(key: string, change: (turn: Turn) => Turn): void {
  set(
    conversations().map((conversation) =>
      conversation.turns.some((turn) => turn.key === key)
        ? { ...conversation, turns: conversation.turns.map((turn) => (turn.key === key ? change(turn) : turn)) }
        : conversation,
    ),
  );
}

export function rename(id: string, title: string): void {
  const name = title.trim();
  if (name) set(conversations().map((it) => (it.id === id ? { ...it, title: name, isNamed: true } : it)));
}

export function remove(id: string): void {
  set(conversations().filter((it) => it.id !== id));
}

/** Those whose title, messages or companies contain the words. */
export function search(among: Conversation[], words: string): Conversation[] {
  const wanted = words.trim().toLocaleLowerCase();
  if (!wanted) return among;
  return among.filter((it) =>
    [it.title, ...it.turns.flatMap((turn) => [turn.text, ...turn.companies.map((company) => company.name)])].some(
      (text) => text.toLocaleLowerCase().includes(wanted),
    ),
  );
}

export function read(stored: string | null): Conversation[] {
  if (stored === null) return [];
  try {
    const found: unknown = JSON.parse(stored);
    return Array.isArray(found) ? found.filter(isConversation) : [];
  } catch {
    return [];
  }
}

export function useConversations(): Conversation[] {
  return useSyncExternalStore(subscribe, conversations);
}

/** Writes what is not written yet. Where the browser's storage is full, the oldest conversations go. */
export function flush(): void {
  if (saving === undefined) return;
  clearTimeout(saving);
  saving = undefined;
  for (let kept = all; ; kept = kept.slice(0, Math.floor(kept.length / 2))) {
    try {
      localStorage.setItem(owner, JSON.stringify(kept));
      return;
    } catch (error) {
      if (kept.length === 0) throw error;
    }
  }
}

function set(next: Conversation[]): void {
  all = next;
  saving ??= setTimeout(flush, SAVE_AFTER_MS);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isConversation(it: unknown): it is Conversation {
  return typeof it === "object" && it !== null && "id" in it && Array.isArray((it as Conversation).turns);
}
