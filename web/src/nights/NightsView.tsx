/** The nights of all tenants, for operators: what ran, what waits, what failed, and a button that starts or goes on. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Moon, Play } from "lucide-react";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useSession } from "@/api/session";
import { count, duration, milliseconds, nightDate, time, vendorName, words } from "@/format";
import { useTenantName } from "@/shell/role";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Dialog } from "@/ui/dialog";
import { StatusSelect } from "@/ui/field";
import { Empty, Failed, Loading } from "@/ui/states";
import { Card, Heading, Progress } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { balance, canGoOn, explained, steps, type Line } from "./explained";

type Run = Schemas["Run"];
const TONE: Record<Run["status"], Tone> = { planning: "accent", publishing: "accent", running: "accent", done: "good", partial: "fair", failed: "bad" };
const STAGES: Record<Schemas["Stage"]["stage"], string> = { upsert: "Choosing from the register", enrich: "Enrichment", score: "Scoring", sync: "Odoo" };
const OPEN = ["planning", "publishing", "running"];
const STATUSES = Object.keys(TONE) as Run["status"][];

export function NightsView() {
  const tenantId = useSession()?.tenantId ?? 0;
  const tenant = useTenantName();
  const [shown, setShown] = useState<string | null>(null);
  const client = useQueryClient();
  const [status, setStatus] = useState<Run["status"] | undefined>(undefined);
  const runs = useInfiniteQuery({
    queryKey: ["runs", status],
    queryFn: ({ pageParam, signal }) => data(api.GET("/admin/runs", { params: { query: { status: status && [status], after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.runs.some((run) => OPEN.includes(run.status))) ? 2_000 : 20_000),
  });
  const all = runs.data?.pages.flatMap((page) => page.runs) ?? [];
  const start = useMutation({
    mutationFn: (tenant: number) => data(api.POST("/admin/runs/nightly", { params: { query: { tenant_id: tenant } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  useTitle("Nights");
  return (
    <ScrollingView name="Nights" className="max-w-5xl space-y-4">
      <Heading title="Nights" note="Each tenant has one run per night. Starting a run that exists resumes it.">
        <StatusSelect statuses={STATUSES} value={status} choose={setStatus} />
        <Button look="solid" disabled={start.isPending} onClick={() => start.mutate(tenantId)}>
          <Play aria-hidden />
          Start tonight’s run of {tenant}
        </Button>
      </Heading>
      <p role="status" className="text-[13px] text-faint empty:hidden">
        {start.error ? asProblem(start.error).detail : start.data ? `Requested: the night of ${nightDate(start.data.night)}. It appears below when it begins.` : ""}
      </p>
      {runs.error ? (
        <Failed error={runs.error} again={() => void runs.refetch()} />
      ) : !runs.data ? (
        <Loading label="The nights are loading" />
      ) : all.length === 0 ? (
        <Empty icon={Moon} title={status ? `No night with the status “${words(status)}”` : "No night has run yet"}>
          Nights start at the time that your scheduler sets, usually 01:00 in Singapore. You can start one now.
        </Empty>
      ) : (
        <ul className="space-y-3">
          {all.map((run) => (
            <li key={run.run_id}>
              <RunCard run={run} show={() => setShown(run.run_id)} goOn={() => start.mutate(run.tenant_id)} />
            </li>
          ))}
        </ul>
      )}
      {runs.hasNextPage && (
        <Button onClick={() => void runs.fetchNextPage()} disabled={runs.isFetchingNextPage}>
          Earlier nights
        </Button>
      )}
      {shown && <RunDialog runId={shown} close={() => setShown(null)} />}
    </ScrollingView>
  );
}

const TONE_OF_LINE: Record<Line["kind"], string> = { waits: "text-fair", runs: "text-accent", ended: "text-good", failed: "text-bad" };

function RunCard({ run, show, goOn }: { run: Run; show: () => void; goOn: () => void }) {
  const { ended, all } = balance(run);
  return (
    <Card className="space-y-2.5 p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h2 className="font-semibold">
          {run.tenant}, {nightDate(run.night)}
        </h2>
        <Badge tone={TONE[run.status]}>{words(run.status)}</Badge>
        <span className="text-xs text-faint">{run.requested_by ? `requested by ${run.requested_by}` : "by the schedule"}</span>
        <div className="ml-auto flex gap-2">
          {canGoOn(run, new Date()) && (
            <Button size="small" look="solid" onClick={goOn}>
              Resume
            </Button>
          )}
          <Button size="small" onClick={show}>
            What happened
          </Button>
        </div>
      </div>
      {all > 0 && <Steps run={run} all={all} />}
      {all > ended && (
        <p className="text-[13px] text-faint tabular-nums">
          {count(ended)} of {count(all)} companies are through.
        </p>
      )}
      {all === 0 ? (
        <p className="text-[13px] text-faint">
          {OPEN.includes(run.status) ? "The night is choosing its companies." : "No company was due: none was new, stale or changed."}
        </p>
      ) : (
        <ul className="space-y-1 text-[13px]">
          {explained(run).map(({ kind, text, help }) => (
            <li key={text} className="flex gap-2">
              <span className={classes("mt-1.5 size-2 shrink-0 rounded-full bg-current", TONE_OF_LINE[kind])} aria-hidden />
              <span>
                {text}
                {help && <span className="text-faint">. {help}</span>}
                {kind === "failed" && (
                  <Link to="/dead-letters" className="ml-1.5 text-accent underline underline-offset-2">
                    Open dead letters
                  </Link>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {run.error && <p className="text-[13px] text-bad">{run.error}</p>}
      <p className="text-xs text-faint">
        {time(run.started_at)}
        {run.ended_at ? ` to ${time(run.ended_at)}, took ${duration(run.started_at, run.ended_at)}` : `, until ${time(run.window_ends_at)} at the latest`}. At most{" "}
        {count(run.cap)} companies a night.
      </p>
    </Card>
  );
}

/** The night as a row of steps, each with its share of the companies. */
function Steps({ run, all }: { run: Run; all: number }) {
  return (
    <ol className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4" aria-label="Steps of the night">
      {steps(run).map(({ name, reached, note }, index) => (
        <li key={name} className="min-w-0 space-y-1.5">
          <p className="flex items-baseline justify-between gap-2">
            <span className="text-[13px] font-medium">
              <span className="text-faint">{index + 1}.</span> {name}
            </span>
            <span className="text-[13px] font-semibold tabular-nums">{count(reached)}</span>
          </p>
          <Progress value={reached} most={all} label={`${name}, of the companies of ${run.tenant}`} />
          {note && <p className="text-xs text-faint">{note}</p>}
        </li>
      ))}
    </ol>
  );
}

function RunDialog({ runId, close }: { runId: string; close: () => void }) {
  const { data: run, error, refetch } = useQuery({
    queryKey: ["run", runId],
    queryFn: ({ signal }) => data(api.GET("/admin/runs/{run_id}", { params: { path: { run_id: runId } }, signal })),
    refetchInterval: ({ state }) => (state.data && OPEN.includes(state.data.status) ? 2_000 : false),
  });
  return (
    <Dialog open onOpenChange={close} title={run ? `${run.tenant}, ${nightDate(run.night)}` : "Night"} className="w-[min(44rem,calc(100vw-2rem))]">
      {error ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !run ? (
        <Loading rows={2} label="The night is loading" />
      ) : run.stages.length === 0 ? (
        <p className="text-sm text-faint">No stage has recorded anything yet.</p>
      ) : (
        <ol className="space-y-4">
          {run.stages.map((stage) => (
            <li key={stage.stage} className="space-y-1.5 border-l-2 pl-3">
              <h3 className="text-sm font-semibold">{STAGES[stage.stage]}</h3>
              <Listed of={stage.counts} />
              {stage.p50_ms !== null && (
                <p className="text-xs text-faint">
                  half within {milliseconds(stage.p50_ms)}, 95 % within {milliseconds(stage.p95_ms ?? 0)}, 99 % within {milliseconds(stage.p99_ms ?? 0)}
                </p>
              )}
              <Listed of={stage.spend} title="Spent" named={vendorName} />
              <Listed of={stage.degraded} title="Skipped" tone="text-fair" />
              <Listed of={stage.errors} title="Failed" tone="text-bad" />
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}

type ListedProps = { of: Record<string, number>; title?: string; tone?: string; named?: (name: string) => string };

function Listed({ of, title, tone = "text-soft", named = (name) => words(name).toLowerCase() }: ListedProps) {
  const entries = Object.entries(of);
  if (entries.length === 0) return null;
  return (
    <p className={`text-[13px] ${tone}`}>
      {title && <span className="font-medium">{title}: </span>}
      {entries.map(([name, it]) => (title ? `${named(name)} ${count(it)}` : `${count(it)} ${named(name)}`)).join(", ")}
    </p>
  );
}
