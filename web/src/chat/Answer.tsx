/** A rep's message and what came of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CornerDownRight, Layers, RefreshCw, TriangleAlert, WifiOff } from "lucide-react";

import { job as jobQuery } from "@/api/queries";
import { isOpen as isJobOpen, useFollowed } from "@/jobs/following";
import { count, milliseconds, plural, sentenceCase, words } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Progress, Skeleton } from "@/ui/surface";

import { KnownCompany, LeadCard } from "./LeadCard";
import { sayAgain } from "./sending/sending";
import { isOpen, isScored, ranked, type Choice, type Turn } from "./turns/turn";

export function Answer({ conversationId, turn, say }: { conversationId: string; turn: Turn; say: (text: string) => void }) {
  const isLive = isOpen(turn);
  return (
    <section aria-label={`Message: ${turn.text}`} className="space-y-4">
      <p className="ml-auto w-fit max-w-[85%] rounded-2xl rounded-br-md bg-accent px-3.5 py-2 text-accent-ink [overflow-wrap:anywhere]">
        {turn.text}
      </p>
      <Understood turn={turn} />
      {turn.companies.length > 0 && (
        <>
          {isLive && <HeadProgress turn={turn} />}
          <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
            {ranked(turn).map((company) => (
              <LeadCard key={company.uen} company={company} isLive={isLive} />
            ))}
          </div>
        </>
      )}
      {turn.known.length > 0 && (
        <div className="text-[13px] text-faint">
          Enriched within the last seven days, so not again:
          <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
            {turn.known.map((company) => (
              <KnownCompany key={company.uen} company={company} />
            ))}
          </ul>
        </div>
      )}
      {turn.answer && (
        <div className="w-fit max-w-full animate-arrive rounded-xl border bg-surface px-4 py-3 text-sm leading-relaxed whitespace-pre-line shadow-card [overflow-wrap:anywhere]">
          {turn.answer.text}
        </div>
      )}
      {turn.answer && turn.answer.choices.length > 0 && <Choices choices={turn.answer.choices} say={say} />}
      {turn.notice && !turn.answer && <Notice turn={turn} />}
      {turn.refine && <Refine question={turn.refine.question} choices={turn.refine.choices} say={say} />}
      {turn.state === "failed" && turn.problem && (
        <div role="alert" className="flex flex-wrap items-center gap-3 rounded-xl bg-bad-wash px-4 py-3 text-sm text-bad">
          <TriangleAlert className="size-4 shrink-0" aria-hidden />
          <p className="min-w-0 flex-1">
            <span className="font-medium">{turn.problem.title}.</span> {turn.problem.detail}
          </p>
          <Button size="small" onClick={() => sayAgain(conversationId, turn)}>
            <RefreshCw aria-hidden />
            Send again
          </Button>
        </div>
      )}
      <Timings turn={turn} />
    </section>
  );
}

function Understood({ turn }: { turn: Turn }) {
  if (turn.state === "reconnecting")
    return (
      <p role="status" className="flex items-center gap-2 text-sm text-fair">
        <WifiOff className="size-4" aria-hidden />
        The connection broke. Your request continues; reconnecting …
      </p>
    );
  if (!turn.resolved)
    return isOpen(turn) ? (
      <p role="status" className="flex items-center gap-2 text-sm text-faint">
        <Skeleton className="size-2 rounded-full bg-accent" />
        {turn.state === "sending" ? "Sending …" : "Request accepted. Searching the register …"}
      </p>
    ) : null;
  const { industries, excluded, places, ignored, founded_since: since, matches } = turn.resolved;
  if (industries.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5 text-sm">
      <span className="mr-1 font-medium">{plural(matches, "live company", "live companies")}</span>
      {industries.map((it) => (
        <Badge key={`${it.version}:${it.code}`} tone="accent" className="max-w-full whitespace-normal" title={`SSIC ${it.version}: ${it.code}`}>
          {sentenceCase(it.title)} · {it.code}
        </Badge>
      ))}
      {excluded.map((it) => (
        <Badge key={`${it.version}:${it.code}`} className="whitespace-normal">
          not {sentenceCase(it.title)}
        </Badge>
      ))}
      {places.length > 0 && <Badge>in {places.join(", ")}</Badge>}
      {since !== null && <Badge>founded since {since}</Badge>}
      {ignored.map((it) => (
        <Badge key={it} tone="fair" title="The register does not know this">
          ignored: {it}
        </Badge>
      ))}
    </div>
  );
}

function HeadProgress({ turn }: { turn: Turn }) {
  const done = turn.companies.filter(isScored).length;
  const all = turn.companies.length;
  return (
    <div className="flex items-center gap-3 text-[13px] text-faint" role="status">
      <Progress value={done} most={all} label="Companies scored" className="max-w-40 flex-1" />
      {count(done)} of {count(all)} scored
    </div>
  );
}

function Notice({ turn }: { turn: Turn }) {
  return (
    <div className="space-y-2.5 rounded-xl bg-sunken px-4 py-3 text-sm">
      <p className="flex gap-2">
        <Layers className="mt-0.5 size-4 shrink-0 text-faint" aria-hidden />
        {turn.notice}
      </p>
      {turn.jobId && <JobProgress jobId={turn.jobId} />}
    </div>
  );
}

function JobProgress({ jobId }: { jobId: string }) {
  const { data: job, isError } = useQuery(jobQuery(jobId));
  useFollowed(job && isJobOpen(job) ? [jobId] : []);
  if (isError) return <p className="pl-6 text-xs text-faint">The job's progress is not known right now.</p>;
  if (!job) return <Skeleton className="ml-6 h-3 w-48" />;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pl-6 text-xs text-faint">
      <Badge tone={job.status === "done" ? "good" : job.status === "error" ? "bad" : "plain"}>{words(job.status)}</Badge>
      <Progress value={job.processed} most={job.total} label="Companies of the job" className="w-32" />
      <span className="tabular-nums">
        {count(job.processed)} of {count(job.total)}
      </span>
      <Link to="/jobs" className="text-accent hover:underline">
        All jobs
      </Link>
      {job.error && <span className="text-bad">{job.error}</span>}
    </div>
  );
}

function Refine({ question, choices, say }: { question: string; choices: Choice[]; say: (text: string) => void }) {
  return (
    <div className="space-y-2">
      <p className="flex items-center gap-2 text-sm font-medium">
        <CornerDownRight className="size-4 text-faint" aria-hidden />
        {question}
      </p>
      <Choices choices={choices} say={say} />
    </div>
  );
}

function Choices({ choices, say }: { choices: Choice[]; say: (text: string) => void }) {
  return (
    <div className="flex flex-wrap gap-2 pl-6">
      {choices.map((choice) => (
        <Button key={choice.label} size="small" className="h-auto min-h-8 py-1 text-left whitespace-normal" onClick={() => say(choice.label)}>
          {sentenceCase(choice.label)}
          {choice.matches !== undefined && <span className="text-faint tabular-nums">{count(choice.matches)}</span>}
        </Button>
      ))}
    </div>
  );
}

function Timings({ turn }: { turn: Turn }) {
  const { firstByte, head, scored } = turn.timings;
  if (firstByte === undefined || isOpen(turn)) return null;
  const parts = [
    `Answered in ${milliseconds(firstByte)}`,
    head !== undefined && `companies after ${milliseconds(head)}`,
    scored !== undefined && `all scored after ${milliseconds(scored)}`,
  ];
  return <p className="text-xs text-faint tabular-nums">{parts.filter(Boolean).join(" · ")}</p>;
}
