/** Who is signed in: a token in this tab's session storage. It arrives in the address's fragment and leaves it at once. */
import { useSyncExternalStore } from "react";

export type Session = {
  token: string;
  user: string;
  /** 0: the token names no tenant, and none was chosen yet. */
  tenantId: number;
  /** Set if the user chose the tenant; it is then sent with each request. */
  isChosen: boolean;
  role: string;
  until: number;
};

const STORED = "leadgen.token";
const CHOSEN = "leadgen.tenant";
let current: Session | null = null;
let reason: string | null = null;
const listeners = new Set<() => void>();

/** Reads a token's claims. It is not verified here: the gateway does that. Returns null for what is no token. */
export function sessionOf(token: string): Session | null {
  const body = token.trim().split(".")[1];
  if (!body) return null;
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (it) => it.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return null;
    const { sub, tenant_id: tenantId, role, exp } = claims as Record<string, unknown>;
    if (typeof sub !== "string" || typeof exp !== "number") return null;
    return {
      token: token.trim(),
      user: sub,
      tenantId: typeof tenantId === "number" ? tenantId : 0,
      isChosen: false,
      role: typeof role === "string" ? role : "rep",
      until: exp * 1000,
    };
  } catch {
    return null;
  }
}

/** Takes the token out of the address, or finds the one of this tab. */
export function start(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    sessionStorage.removeItem(CHOSEN);
    signIn(given);
    return;
  }
  const stored = sessionStorage.getItem(STORED);
  const chosen = Number(sessionStorage.getItem(CHOSEN));
  if (stored && signIn(stored) && chosen > 0) chooseTenant(chosen);
}

/** Chooses a tenant, for a user whose token names none. */
export function chooseTenant(tenantId: number): void {
  if (current === null) return;
  sessionStorage.setItem(CHOSEN, String(tenantId));
  current = { ...current, tenantId, isChosen: true };
  changed();
}

/** Signs in; returns false for what is no token. */
export function signIn(token: string): boolean {
  const session = sessionOf(token);
  if (session === null) {
    signOut("That is not a token. Copy the whole text, with its two dots.");
    return false;
  }
  if (session.until <= Date.now()) {
    signOut("This token has expired. Ask for a new one.");
    return false;
  }
  sessionStorage.setItem(STORED, session.token);
  [current, reason] = [session, null];
  changed();
  return true;
}

/** Forgets the token. `why` is shown on the sign-in page. */
export function signOut(why: string | null = null): void {
  sessionStorage.removeItem(STORED);
  sessionStorage.removeItem(CHOSEN);
  [current, reason] = [null, why];
  changed();
}

export const session = (): Session | null => current;
export const useSession = (): Session | null => useSyncExternalStore(subscribe, session);
export const useSignedOutReason = (): string | null => useSyncExternalStore(subscribe, () => reason);

/** Prefixes a name under which this browser keeps things of the signed-in user only. */
export const ownName = (name: string): string => `leadgen.${current?.tenantId ?? 0}.${current?.user ?? ""}.${name}`;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}
