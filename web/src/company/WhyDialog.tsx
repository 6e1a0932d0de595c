import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { companyDetails, explanation, timeline } from "@/api/queries";
import { capitalised, plural, score as scoreText, time } from "@/format";
import { Dialog } from "@/ui/dialog";
import { Failed, Loading } from "@/ui/states";

import { Source } from "./Contributions";
import { wouldHelp } from "./counterfactual";
import { charged, costs, sources, stepName } from "./origin";

/** Moments that say why a company is in the lists. */
const REASONS = ["candidate", "selected", "listed"];

export default function WhyDialog({ companyId, name, close }: { companyId: number; name: string; close: () => void }) {
  const details = useQuery(companyDetails(companyId));
  const story = useQuery(timeline(companyId));
  const lead = useQuery({ ...explanation(companyId), enabled: Boolean(details.data?.score) });
  const error = details.error ?? story.error;
  return (
    <Dialog open onOpenChange={close} title={name}>
      {error ? (
        <Failed error={error} again={() => void Promise.all([details.refetch(), story.refetch()])} />
      ) : !details.data || !story.data ? (
        <Loading rows={2} label="Its origin is loading" />
      ) : (
        <div className="space-y-5 text-sm">
          <Part title="Why is it here?">
            <ul className="space-y-1">
              {story.data.moments
                .filter((moment) => REASONS.includes(moment.kind))
                .map((moment, index) => (
                  <li key={`${moment.at} ${index}`}>
                    {capitalised(moment.what)}
                    {moment.details.length > 0 && <span className="text-soft">: {moment.details.join("; ")}</span>}
                    <span className="text-faint"> · {time(moment.at)}</span>
                  </li>
                ))}
            </ul>
            {details.data.score && (
              <p>
                Its score is {scoreText(details.data.score.score)}: {details.data.score.rationale}
              </p>
            )}
            {lead.data && <p className="text-accent">{wouldHelp(lead.data).join(" ")}</p>}
          </Part>
          <Part title="Where is it from?">
            <p>
              Name, industry and address: the register (ACRA)
              {details.data.registered_at && <span className="text-faint">, read {time(details.data.registered_at)}</span>}
            </p>
            <ul className="space-y-1.5">
              {sources(details.data).map(([source, what]) => (
                <li key={source} className="min-w-0 [overflow-wrap:anywhere]">
                  {what}
                  <Source source={source} />
                </li>
              ))}
            </ul>
          </Part>
          <Part title="What did it cost?">
            {costs(details.data).length === 0 ? (
              <p>
                {details.data.runs.length === 0 ? "Nothing: it was not enriched yet." : `Nothing: no vendor charged anything in ${plural(details.data.runs.length, "enrichment")}.`}
              </p>
            ) : (
              <ul>
                {costs(details.data).map(({ step, units }) => (
                  <li key={step} className="flex justify-between gap-4">
                    {stepName(step)}
                    <span className="tabular-nums">{charged(step, units)}</span>
                  </li>
                ))}
              </ul>
            )}
          </Part>
          <Link to="/companies/$companyId" params={{ companyId: String(companyId) }} className="text-accent hover:underline">
            Everything that is known, and what happened when
          </Link>
        </div>
      )}
    </Dialog>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-1.5">
      <h3 className="text-[13px] font-semibold text-soft">{title}</h3>
      {children}
    </section>
  );
}
