/** Messages of this tab that the gateway has not confirmed: they survive a reload, and are sent again under their own ids. */
import { ownName } from "@/api/session";

export type Unsent = { conversationId: string; key: string; text: string; sentAt: number };

const NAME = "unsent";

export function unsent(): Unsent[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(ownName(NAME)) ?? "[]");
    return Array.isArray(found) ? (found as Unsent[]) : [];
  } catch {
    return [];
  }
}

export function keepUnsent({ conversationId, key, text, sentAt }: Unsent): void {
  write([...unsent().filter((it) => it.key !== key), { conversationId, key, text, sentAt }]);
}

export function confirmSent(key: string): void {
  write(unsent().filter((it) => it.key !== key));
}

function write(kept: Unsent[]): void {
  if (kept.length > 0) sessionStorage.setItem(ownName(NAME), JSON.stringify(kept));
  else sessionStorage.removeItem(ownName(NAME));
}
