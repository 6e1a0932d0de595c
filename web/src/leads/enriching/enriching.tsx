/** Has selected companies enriched now, and says how far they are. The browser keeps which request was the latest. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Sparkles, X } from "lucide-react";
import { useEffect } from "react";
import { v7 } from "uuid";

import { api, data, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { enrichment } from "@/api/queries";
import { followStates } from "@/api/states";
import { Button } from "@/ui/button";
import { Card, Progress, Skeleton } from "@/ui/surface";

import { useKept } from "@/leads/kept";
import { progressOf, resultOf } from "./requested";

/** The most companies that the gateway takes at once. */
export const MOST = 200;

export function useEnriching() {
  const [latest, keep] = useKept<string | null>("enrichment", null);
  const start = useMutation({
    mutationFn: ({ companyIds, key }: { companyIds: number[]; key: string }) =>
      data(api.POST("/enrichments", { body: { company_ids: companyIds }, headers: { "Idempotency-Key": key } })),
    // The key is the request's: one whose answer was lost is sent again, and done once.
    retry: (failures, error) => failures < 3 && asProblem(error).isPassing,
    retryDelay: (failures) => 1000 * 2 ** failures,
    onSuccess: ({ request_id: id }) => keep(id),
  });
  return {
    latest,
    start: (companyIds: number[]) => start.mutate({ companyIds, key: v7() }),
    isStarting: start.isPending,
    error: start.error,
    dismiss: () => {
      start.reset();
      keep(null);
    },
  };
}

type Enriching = ReturnType<typeof useEnriching>;

/** How far the latest request is, and what came of it; nothing if there is none. */
export function EnrichingNotice({ enriching, renew }: { enriching: Enriching; renew: () => void }) {
  const { latest, error, dismiss } = enriching;
  const { data: shown, error: lost } = useQuery({ ...enrichment(latest ?? ""), enabled: latest !== null });
  useFollowed(shown && !shown.is_over ? shown.request_id : null);
  if (error)
    return (
      <Notice dismiss={dismiss}>
        <p role="alert" className="text-bad">
          <span className="font-medium">{asProblem(error).title}.</span> {asProblem(error).detail}
        </p>
      </Notice>
    );
  if (latest === null || (lost && asProblem(lost).status === 404)) return null; // older than the gateway keeps them
  if (lost) return <Notice dismiss={dismiss}>How far the enrichment is, is not known right now: {asProblem(lost).detail}</Notice>;
  if (!shown) return <Skeleton className="h-12 w-full" />;
  return (
    <Notice dismiss={dismiss}>
      <div role="status" className="space-y-1">
        <p className="font-medium">{progressOf(shown)}</p>
        {resultOf(shown).map((it) => (
          <p key={it} className="text-soft [overflow-wrap:anywhere]">
            {it}
          </p>
        ))}
      </div>
      {shown.is_over ? (
        <Button size="small" onClick={renew}>
          Show the list anew
        </Button>
      ) : (
        <Progress value={shown.scored + shown.failed} most={shown.total} label="Companies enriched and scored" className="max-w-80" />
      )}
    </Notice>
  );
}

/** Follows a request by its stream while it is shown. */
function useFollowed(requestId: string | null): void {
  const client = useQueryClient();
  useEffect(() => {
    if (requestId === null) return;
    const controller = new AbortController();
    void followStates<Schemas["RequestedEnrichment"]>(`/enrichments/${requestId}/events`, controller.signal, (state) =>
      client.setQueryData(enrichment(requestId).queryKey, state),
    );
    return () => controller.abort();
  }, [requestId, client]);
}

function Notice({ dismiss, children }: { dismiss: () => void; children: React.ReactNode }) {
  return (
    <Card className="flex items-start gap-3 px-4 py-3 text-[13px]" aria-label="Enrichment of selected companies">
      <Sparkles className="mt-0.5 size-4 shrink-0 text-accent" aria-hidden />
      <div className="min-w-0 flex-1 space-y-2">{children}</div>
      <Button look="quiet" size="icon" aria-label="Dismiss" onClick={dismiss}>
        <X aria-hidden />
      </Button>
    </Card>
  );
}
