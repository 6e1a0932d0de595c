/** The story of a company: all that happened to it, the earliest first. */
import { useQuery } from "@tanstack/react-query";
import { Moon, Zap } from "lucide-react";

import { asProblem } from "@/api/problem";
import { timeline } from "@/api/queries";
import { capitalised, time, words } from "@/format";
import { classes } from "@/ui/classes";
import { Card, Skeleton } from "@/ui/surface";

const DOT: Record<string, string> = { scored: "bg-good", listed: "bg-good", synced: "bg-good", feedback: "bg-accent", enriched: "bg-accent", requested: "bg-accent" };

export function TimelineCard({ companyId }: { companyId: number }) {
  const { data, error } = useQuery(timeline(companyId));
  return (
    <Card className="p-4">
      <h2 className="mb-4 font-semibold">Timeline</h2>
      {error ? (
        <p className="text-sm text-bad">{asProblem(error).detail}</p>
      ) : !data ? (
        <Skeleton className="h-24 w-full" />
      ) : (
        <ol className="space-y-3.5 border-l pl-4">
          {data.moments.map((moment, index) => (
            <li key={`${moment.at} ${moment.kind} ${index}`} className="relative">
              <span className={classes("absolute top-1.5 -left-[21px] size-2.5 rounded-full border-2 border-surface bg-strong", DOT[moment.kind])} aria-hidden />
              <p className="text-sm">
                {capitalised(moment.what)}
                <span className="text-faint"> · {words(moment.service)}</span>
              </p>
              {moment.details.length > 0 && <p className="text-[13px] text-soft [overflow-wrap:anywhere]">{moment.details.join("; ")}</p>}
              <p className="flex items-center gap-1.5 text-xs text-faint">
                {time(moment.at)}
                {moment.lane === "nightly" && <Moon className="size-3" aria-label="in the nightly lane" />}
                {moment.lane === "interactive" && <Zap className="size-3" aria-label="in the interactive lane" />}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
