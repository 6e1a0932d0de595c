/** A night in words: what runs, what waits and why, what ended and how. Pure. */
import type { Schemas } from "@/api/client";
import { count, plural } from "@/format";

type Run = Pick<Schemas["Run"], "status" | "companies" | "night">;
export type Line = { kind: "waits" | "runs" | "ended" | "failed"; text: string; help?: string };

const companies = (number: number): string => plural(number, "company", "companies");

/** Each state of a company in a run, in the order in which it goes through them. */
const STATES: Record<string, { kind: Line["kind"]; says: (number: number) => string; help?: string }> = {
  requested: {
    kind: "waits",
    says: (it) => `${companies(it)} ${it === 1 ? "waits" : "wait"} for the enrichment`,
    help: "Companies are enriched a few at a time, and chat requests have priority.",
  },
  enriching: { kind: "runs", says: (it) => `${companies(it)} being enriched: website, vendors, contacts` },
  scoring: { kind: "runs", says: (it) => `${companies(it)} being scored` },
  syncing: { kind: "runs", says: (it) => `${companies(it)} on the way to Odoo` },
  odoo_waiting: {
    kind: "waits",
    says: (it) => `${companies(it)} scored, but Odoo does not answer`,
    help: "It is tried again by itself. An admin can check the connection under Odoo.",
  },
  synced: { kind: "ended", says: (it) => `${companies(it)} scored and in Odoo` },
  unsynced: { kind: "ended", says: (it) => `${companies(it)} scored; this night leaves Odoo out` },
  no_connection: {
    kind: "ended",
    says: (it) => `${companies(it)} scored; the tenant has no Odoo connection`,
    help: "An admin sets one under Odoo; these leads follow then.",
  },
  held_back: {
    kind: "ended",
    says: (it) => `${companies(it)} scored and kept out of Odoo`,
    help: "Each company's page says why, under Odoo.",
  },
  dead: {
    kind: "failed",
    says: (it) => `${companies(it)} given up`,
    help: "Dead letters has the reasons, and a retry.",
  },
};

/** Lists what became of the night's companies; a state that is new to this page is named as it is. */
export function explained({ companies: states }: Pick<Run, "companies">): Line[] {
  const known = Object.keys(STATES).flatMap((state) => {
    const number = states[state];
    const its = STATES[state];
    if (!number || !its) return [];
    return [{ kind: its.kind, text: its.says(number), ...(its.help && { help: its.help }) }];
  });
  const others = Object.entries(states).filter(([state, number]) => number > 0 && !STATES[state]);
  return [...known, ...others.map(([state, number]): Line => ({ kind: "runs", text: `${companies(number)}: ${state}` }))];
}

export type Step = { name: string; reached: number; note: string };

/** The night's steps: how many of its companies have got through each, and what holds the others. */
export function steps({ companies: states }: Pick<Run, "companies">): Step[] {
  const at = (...names: string[]): number => names.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  const all = at(...Object.keys(states));
  const enriched = all - at("requested", "enriching", "dead");
  const noted = (...parts: [number, string][]): string =>
    parts
      .filter(([number]) => number > 0)
      .map(([number, what]) => `${count(number)} ${what}`)
      .join(", ");
  return [
    { name: "Chosen", reached: all, note: "" },
    { name: "Enriched", reached: enriched, note: noted([at("enriching"), "running"], [at("requested"), "waiting"], [at("dead"), "given up"]) },
    { name: "Scored", reached: enriched - at("scoring"), note: noted([at("scoring"), "running"]) },
    {
      name: "In Odoo",
      reached: at("synced"),
      note: noted([at("syncing"), "running"], [at("odoo_waiting"), "waiting"], [at("no_connection", "unsynced", "held_back"), "left out"]),
    },
  ];
}

/** Counts the companies that have an end, and all. */
export function balance({ companies: states }: Pick<Run, "companies">): { ended: number; all: number } {
  let [ended, all] = [0, 0];
  for (const [state, number] of Object.entries(states)) {
    all += number;
    if (["ended", "failed"].includes(STATES[state]?.kind ?? "")) ended += number;
  }
  return { ended, all };
}

/** The date in Singapore, as nights are named. */
export const nightOf = (now: Date): string => new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

/** Whether starting the tenant's night again would go on with this run: it is of this night, and it did not do everything. */
export function canGoOn({ status, night }: Pick<Run, "status" | "night">, now: Date): boolean {
  return night === nightOf(now) && (status === "failed" || status === "partial");
}
