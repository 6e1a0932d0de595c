/** One message of a rep and what came of it: a state that takes the events of its reply. Pure. */
import { Problem } from "@/api/problem";
import type { Schemas } from "@/api/client";

export type Stage = "upserted" | "enriched" | "scored" | "synced";
export const STAGES: readonly Stage[] = ["upserted", "enriched", "scored", "synced"];

type Industry = Schemas["Industry"];
export type ContactDetails = {
  kind: "email" | "phone";
  name: string | null;
  title: string | null;
  status: string | null;
  source_url: string;
  vendor: string | null;
};

export type Company = {
  uen: string;
  name: string;
  company_id: number | null;
  industry_norm: string | null;
  website_domain: string | null;
  incorporated_on: string | null;
  address: string | null;
  stage: Stage | null;
  site?: string;
  contacts?: number;
  degraded?: string[];
  score?: number;
  bucket?: "High" | "Medium" | "Low";
  confidence?: number | null;
  rationale?: string;
  contact?: string | null;
  contact_details?: ContactDetails | null;
  ask_for?: { name: string; title: string; source_url: string } | null;
  odoo?: string;
};

export type Resolved = {
  industries: Industry[];
  matches: number;
  excluded: Industry[];
  suggestions: Industry[];
  founded_since: number | null;
  confidence: number | null;
  places: string[];
  ignored: string[];
};

export type Choice = { label: string; matches?: number };

export type Turn = {
  /** The message's id: sent again, it is the same message. */
  key: string;
  /** The run that replies, once the gateway has begun it. */
  runId?: string;
  text: string;
  sentAt: number;
  state: "sending" | "working" | "reconnecting" | "done" | "failed";
  requestId?: string;
  resolved?: Resolved;
  companies: Company[];
  known: Company[];
  refine?: { question: string; choices: Choice[] };
  /** The answer to a question, which needs no search. */
  answer?: { text: string; choices: Choice[] };
  jobId?: string | null;
  remaining?: number | null;
  notice?: string;
  problem?: { status: number; title: string; detail: string };
  /** Milliseconds to the first byte, to the ten names and to the last score, as this browser measured them. */
  timings: { firstByte?: number; head?: number; scored?: number };
};

export type ChatEvent = { name: string; data: Record<string, unknown> };

export function begin(key: string, text: string, now: number): Turn {
  return { key, text, sentAt: now, state: "sending", companies: [], known: [], timings: {} };
}

/** Takes an event; `elapsedMs` only while one waits for it. A repeated event changes nothing; an unknown one is passed over. */
export function take(turn: Turn, event: ChatEvent, elapsedMs?: number): Turn {
  const data = event.data;
  switch (event.name) {
    case "accepted":
      return { ...turn, state: "working", requestId: String(data.request_id) };
    case "resolved":
      return { ...turn, state: "working", resolved: data as Resolved };
    case "head":
      if (turn.companies.length > 0) return turn;
      return {
        ...turn,
        companies: (data.companies as Company[]).map((it) => ({ ...it, stage: null })),
        known: (data.known as Company[]).map((it) => ({ ...it, stage: null })),
        timings: { ...turn.timings, head: turn.timings.head ?? elapsedMs },
      };
    case "refine":
      return { ...turn, refine: data as Turn["refine"] };
    case "answer":
      return { ...turn, answer: { text: String(data.text), choices: data.choices as Choice[] } };
    case "company":
      return scoredAt(withCompany(turn, data), elapsedMs);
    case "done":
      // The stream of a repeated request may know less than the first one sent.
      return {
        ...turn,
        state: "done",
        jobId: turn.jobId ?? (data.job_id as string | null),
        remaining: turn.remaining ?? (data.remaining as number | null),
        notice: turn.notice ?? (data.notice as string),
      };
    case "error":
      return failed(turn, new Problem(Number(data.status), String(data.title), String(data.detail)));
    default:
      return turn;
  }
}

export function failed(turn: Turn, { status, title, detail }: Problem): Turn {
  return { ...turn, state: "failed", problem: { status, title, detail } };
}

export const isScored = (company: Company): boolean => company.score !== undefined;
export const isOpen = (turn: Turn): boolean => turn.state !== "done" && turn.state !== "failed";

/** The companies as they are shown: in the order of the answer, and the best first once every score has come. */
export function ranked(turn: Turn): Company[] {
  if (turn.companies.length === 0 || !turn.companies.every(isScored)) return turn.companies;
  return turn.companies.toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0));
}

function withCompany(turn: Turn, data: Record<string, unknown>): Turn {
  const { stage, outcome, ...rest } = data as { stage: Stage; uen: string; outcome?: string };
  const details = stage === "enriched" ? { ...rest, site: outcome } : stage === "synced" ? { odoo: outcome } : rest;
  const companies = turn.companies.map((it) =>
    it.uen === rest.uen ? { ...it, ...details, name: it.name, stage: later(it.stage, stage) } : it,
  );
  return { ...turn, companies };
}

function scoredAt(turn: Turn, elapsedMs?: number): Turn {
  const isComplete = turn.companies.length > 0 && turn.companies.every(isScored);
  if (!isComplete || turn.timings.scored !== undefined) return turn;
  return { ...turn, timings: { ...turn.timings, scored: elapsedMs } };
}

function later(one: Stage | null, other: Stage): Stage {
  return one !== null && STAGES.indexOf(one) > STAGES.indexOf(other) ? one : other;
}
