/** The tenant's jobs: how far each is, why one failed and what to do, and a button that cancels. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Timer } from "lucide-react";
import { useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useRole } from "@/shell/role";
import { count, time, words } from "@/format";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { StatusSelect } from "@/ui/field";
import { Empty, Failed, Loading } from "@/ui/states";
import { Card, Heading, Progress } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { isOpen, useFollowed } from "./following";

type Job = Schemas["Job"];
const TONE: Record<Job["status"], Tone> = { queued: "plain", running: "accent", done: "good", error: "bad", cancelled: "fair" };
/** How often new jobs are looked for. Those that are listed are followed by their streams. */
const NEW_JOBS_MS = 30_000;
const STATUSES = Object.keys(TONE) as Job["status"][];

export function JobsView() {
  const [status, setStatus] = useState<Job["status"] | undefined>(undefined);
  const jobs = useInfiniteQuery({
    queryKey: ["jobs", status],
    queryFn: ({ pageParam, signal }) => data(api.GET("/jobs", { params: { query: { status, after: pageParam, limit: 50 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: NEW_JOBS_MS,
  });
  useTitle("Jobs");
  const all = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const open = all.filter(isOpen).toSorted((one, other) => Number(other.status === "running") - Number(one.status === "running"));
  useFollowed(open.map((it) => it.job_id));
  return (
    <ScrollingView name="Jobs" className="max-w-4xl space-y-4">
      <Heading title="Jobs" note="The rest of each request: companies that a night saves and enriches, newest first.">
        <StatusSelect statuses={STATUSES} value={status} choose={setStatus} />
      </Heading>
      {jobs.error ? (
        <Failed error={jobs.error} again={() => void jobs.refetch()} />
      ) : !jobs.data ? (
        <Loading label="Jobs are loading" />
      ) : all.length === 0 ? (
        <Empty icon={Timer} title={status ? `No job with the status “${words(status)}”` : "No jobs yet"}>
          When a request matches more companies than are enriched at once, the rest become a job.{" "}
          <Link to="/chat" className="text-accent hover:underline">
            Ask for an industry
          </Link>
          .
        </Empty>
      ) : (
        <ul className="space-y-3">
          {all.map((job) => (
            <li key={job.job_id} data-job={job.job_id}>
              <JobCard job={job} />
            </li>
          ))}
        </ul>
      )}
      {jobs.hasNextPage && (
        <Button onClick={() => void jobs.fetchNextPage()} disabled={jobs.isFetchingNextPage}>
          Earlier jobs
        </Button>
      )}
    </ScrollingView>
  );
}

/** The words that were asked for. */
const nameOf = ({ terms }: Job): string => terms.join(", ") || "A search of the register";

function JobCard({ job }: { job: Job }) {
  const client = useQueryClient();
  const name = nameOf(job);
  const mayCancel = useRole() !== "viewer" && isOpen(job);
  const cancel = useMutation({
    mutationFn: () => data(api.DELETE("/jobs/{job_id}", { params: { path: { job_id: job.job_id } } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["jobs"] }), client.invalidateQueries({ queryKey: ["job", job.job_id] })]),
  });
  return (
    <Card className="space-y-2.5 p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="min-w-0 font-semibold [overflow-wrap:anywhere]">{name}</h2>
        <Badge tone={TONE[job.status]}>{words(job.status)}</Badge>
        <CopyButton text={job.job_id} label={`Copy the id of the job ${name}`} />
        {mayCancel && (
          <Button size="small" look="danger" className="ml-auto" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
            <span className="sr-only"> job {name}</span>
          </Button>
        )}
      </div>
      <div className="flex items-center gap-3 text-[13px] text-faint">
        <Progress value={job.processed} most={job.total} label={`Companies of the job ${name}`} className="flex-1" />
        <span className="tabular-nums">
          {count(job.processed)} of {count(job.total)}
        </span>
      </div>
      <p className="text-xs text-faint">
        Requested {time(job.created_at)}
        {job.started_at && `, began ${time(job.started_at)}`}
        {job.ended_at && `, ended ${time(job.ended_at)}`}
        {job.status === "queued" && "; the next night executes it"}
        {job.continues && "; it continues an earlier job"}
      </p>
      {job.error && <p className="text-[13px] text-bad">{job.error}</p>}
      {cancel.error && (
        <p role="alert" className="text-[13px] text-bad">
          {asProblem(cancel.error).detail}
        </p>
      )}
      {cancel.data && cancel.data.status !== "cancelled" && !cancel.error && job.status === "running" && (
        <p role="status" className="text-[13px] text-faint">
          It ends after the batch that is being saved.
        </p>
      )}
    </Card>
  );
}
