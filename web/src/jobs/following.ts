/** Follows jobs by their streams of events: whatever shows a job shows its news. */
import { type InfiniteData } from "@tanstack/react-query";
import { useEffect } from "react";

import type { Schemas } from "@/api/client";
import { job as jobQuery, queryClient } from "@/api/queries";
import { followStates } from "@/api/states";

type Job = Schemas["Job"];

/** A browser opens six connections to a server at most: others need them, too. Further jobs wait for their turn. */
const MOST_STREAMS = 2;

type Follower = { users: number; controller?: AbortController };
const followers = new Map<string, Follower>();

export const isOpen = (job: Job): boolean => job.status === "queued" || job.status === "running";

/** Follows the jobs with these ids while the component is shown; name running ones first. */
export function useFollowed(jobIds: readonly string[]): void {
  const name = jobIds.join(" ");
  useEffect(() => {
    const ids = name.split(" ").filter(Boolean);
    for (const id of ids) {
      const follower = followers.get(id) ?? { users: 0 };
      follower.users++;
      followers.set(id, follower);
    }
    start();
    return () => {
      for (const id of ids) leave(id);
      start();
    };
  }, [name]);
}

function leave(id: string): void {
  const follower = followers.get(id);
  if (!follower || --follower.users > 0) return;
  followers.delete(id);
  follower.controller?.abort();
}

function start(): void {
  let running = [...followers.values()].filter((it) => it.controller).length;
  for (const [id, follower] of followers) {
    if (running >= MOST_STREAMS) return;
    if (follower.controller) continue;
    running++;
    follower.controller = new AbortController();
    void followStates<Job>(`/jobs/${id}/events`, follower.controller.signal, show).finally(() => {
      if (followers.get(id) === follower) followers.delete(id);
      start();
    });
  }
}

function show(job: Job): void {
  queryClient.setQueryData(jobQuery(job.job_id).queryKey, job);
  queryClient.setQueriesData<InfiniteData<Schemas["Jobs"]>>({ queryKey: ["jobs"] }, (before) =>
    before && { ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map((it) => (it.job_id === job.job_id ? job : it)) })) },
  );
  // Its rest may go on as another job.
  if (!isOpen(job)) void queryClient.invalidateQueries({ queryKey: ["jobs"] });
}
