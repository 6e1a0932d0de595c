/** A night's leads in the order in which to call them. One key each says what became of a lead. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Download, ListChecks } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { asProblem } from "@/api/problem";
import { shortlist as shortlistQuery } from "@/api/queries";
import type { Schemas } from "@/api/client";
import { useFeedback, type Outcome } from "@/company/feedback";
import { nightDate, plural } from "@/format";
import { useCsv } from "@/leads/csv/csvFile";
import { useKept } from "@/leads/kept";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Empty, Failed, Loading } from "@/ui/states";
import { Heading, Progress } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { useDone } from "./marks";
import { ShortlistLead } from "./ShortlistLead";

const OVER = ["done", "partial", "failed"];

export function ShortlistView() {
  const { date } = useSearch({ from: "/shortlist" });
  const navigate = useNavigate({ from: "/shortlist" });
  const { data: list, error, refetch } = useQuery(shortlistQuery(date));
  const csv = useCsv(`/shortlist?format=csv${date ? `&date=${date}` : ""}`, `shortlist-${list?.night ?? "latest"}.csv`);
  const night = date ?? list?.night;
  useTitle("Shortlist");

  const show = (day: string | undefined): void => void navigate({ search: { date: day } });
  return (
    <ScrollingView name="Shortlist" className="max-w-5xl space-y-4">
      <Heading
        title="Shortlist"
        note={list ? `The night of ${nightDate(list.night)}: ${plural(list.leads.length, "lead")}, at most ${list.cap}` : "The leads of a night"}
      >
        <Button size="bigIcon" aria-label="The night before" disabled={!night} onClick={() => night && show(dayAfter(night, -1))}>
          <ChevronLeft aria-hidden />
        </Button>
        <Input type="date" aria-label="Night, by its date in Singapore" value={night ?? ""} onChange={(event) => show(event.target.value || undefined)} className="w-40" />
        <Button size="bigIcon" aria-label="The night after" disabled={!night} onClick={() => night && show(dayAfter(night, 1))}>
          <ChevronRight aria-hidden />
        </Button>
        {date && <Button onClick={() => show(undefined)}>Latest</Button>}
        {list && list.leads.length > 0 && (
          <Button onClick={() => csv.mutate()} disabled={csv.isPending}>
            <Download aria-hidden />
            CSV
          </Button>
        )}
      </Heading>
      {error ? (
        asProblem(error).status === 404 ? (
          <Empty icon={ListChecks} title={date ? `No night on ${nightDate(date)}` : "No night yet"}>
            {asProblem(error).detail} Each night Leadgen selects, enriches and scores companies by your ideal customer profile.
          </Empty>
        ) : (
          <Failed error={error} again={() => void refetch()} />
        )
      ) : !list ? (
        <Loading label="The shortlist is loading" />
      ) : (
        <Leads key={list.night} list={list} />
      )}
    </ScrollingView>
  );
}

function Leads({ list }: { list: Schemas["Shortlist"] }) {
  const [done, toggleDone] = useDone(list.night);
  const [outcomes, setOutcomes] = useState<Record<number, Outcome>>({});
  const [at, setAt] = useState(0);
  // Keys of one letter can be turned off: who speaks to the machine would press them by accident (WCAG 2.1.4).
  const [areKeysOn, setKeysOn] = useKept("shortlist.keys", true);
  const feedback = useFeedback();
  const navigate = useNavigate();
  const items = useRef<(HTMLLIElement | null)[]>([]);

  function giveFeedback(companyId: number, outcome: Outcome): void {
    feedback.mutate({ companyId, outcome }, { onSuccess: () => setOutcomes((before) => ({ ...before, [companyId]: outcome })) });
  }

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (!areKeysOn || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
      const lead = list.leads[at];
      const go = (to: number): void => {
        const next = Math.max(0, Math.min(list.leads.length - 1, to));
        setAt(next);
        items.current[next]?.focus();
      };
      if (event.key === "j") go(at + 1);
      else if (event.key === "k") go(at - 1);
      else if (!lead) return;
      else if (event.key === "d") {
        toggleDone(lead.company_id);
        if (!done.has(lead.company_id)) go(at + 1);
      } else if (event.key === "n") giveFeedback(lead.company_id, "not_a_fit");
      else if (event.key === "w") giveFeedback(lead.company_id, "wrong_contact");
      else if (event.key === "o") void navigate({ to: "/companies/$companyId", params: { companyId: String(lead.company_id) } });
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  if (list.leads.length === 0)
    return OVER.includes(list.status) ? (
      <Empty icon={ListChecks} title="No leads this night">
        No company was new, stale or changed.{" "}
        <Link to="/chat" className="text-accent hover:underline">
          Ask for an industry in the chat
        </Link>{" "}
        to get more candidates.
      </Empty>
    ) : (
      <div className="space-y-3">
        <p role="status" className="text-sm text-soft">
          The night is running: its leads come here as they are scored.
        </p>
        <Loading rows={3} label="Leads are being scored" />
      </div>
    );
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-faint">
        <Progress value={done.size} most={list.leads.length} label="Leads that are done" className="w-32" />
        <span role="status" className="tabular-nums">
          {done.size} of {list.leads.length} done
        </span>
        {!OVER.includes(list.status) && <span className="text-accent">The night is still running; leads are being added.</span>}
        <span className="max-sm:hidden">
          {areKeysOn && (
            <>
              <Key>j</Key> <Key>k</Key> next, previous · <Key>d</Key> done · <Key>n</Key> not a fit · <Key>w</Key> wrong contact · <Key>o</Key> open ·{" "}
            </>
          )}
          <button type="button" className="text-accent hover:underline" onClick={() => setKeysOn(!areKeysOn)}>
            {areKeysOn ? "Turn keys off" : "Turn keys on"}
          </button>
        </span>
      </div>
      {feedback.error && (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {asProblem(feedback.error).detail}
        </p>
      )}
      <ol className="space-y-3">
        {list.leads.map((lead, index) => (
          <li
            key={lead.company_id}
            ref={(element) => {
              items.current[index] = element;
            }}
            tabIndex={-1}
            aria-current={index === at ? "true" : undefined}
            onFocus={() => setAt(index)}
            className="rounded-xl focus-visible:outline-offset-1"
          >
            <ShortlistLead
              lead={lead}
              isAt={index === at}
              isDone={done.has(lead.company_id)}
              outcome={outcomes[lead.company_id]}
              toggleDone={() => toggleDone(lead.company_id)}
              giveFeedback={(outcome) => giveFeedback(lead.company_id, outcome)}
            />
          </li>
        ))}
      </ol>
    </>
  );
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded border bg-surface px-1 font-mono text-xs text-soft">{children}</kbd>;
}

/** Whether a key is for something else: a field that is typed in, or a dialog or menu above the list. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input,textarea,select,[role=dialog],[role=menu]") !== null);
}

function dayAfter(night: string, days: number): string {
  const day = new Date(`${night}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}
