/** The latest night's best leads, on the page that a rep opens in the morning. Nothing where there is none yet. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";

import { shortlist } from "@/api/queries";
import { bucketShown, companyName, nightDate, plural, sentenceCase } from "@/format";
import { ScoreRing } from "@/ui/score";

const SHOWN = 3;

export function Morning() {
  const { data: list } = useQuery(shortlist(undefined));
  if (!list || list.leads.length === 0) return null;
  return (
    <section aria-label="Leads to call first" className="mt-4 w-full animate-arrive overflow-hidden rounded-xl border bg-surface text-left shadow-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 border-b px-4 py-3">
        <h3 className="text-sm font-semibold">Call these first</h3>
        <Link to="/shortlist" className="text-[13px] text-accent hover:underline">
          {plural(list.leads.length, "lead")} of {nightDate(list.night)}
        </Link>
      </div>
      <ol className="divide-y">
        {list.leads.slice(0, SHOWN).map((lead) => {
          const who = lead.contact?.name ?? lead.ask_for?.name ?? lead.contact?.value;
          return (
            <li key={lead.company_id}>
              <Link to="/companies/$companyId" params={{ companyId: String(lead.company_id) }} className="flex items-center gap-3 px-4 py-2.5 hover:bg-sunken">
                <ScoreRing score={lead.score} bucket={bucketShown(lead.bucket, lead.confidence)} className="size-10" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-sm font-medium">{companyName(lead.name)}</span>
                  <span className="block truncate text-xs text-faint">{[who, lead.industry_norm && sentenceCase(lead.industry_norm)].filter(Boolean).join(" · ")}</span>
                </span>
                <ChevronRight className="size-4 shrink-0 text-faint" aria-hidden />
              </Link>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
