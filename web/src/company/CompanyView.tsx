/** A company: its score and the parts of it, every fact with its source, contacts, its whole story, and what it cost. */
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { ArrowLeft, Globe, Lightbulb } from "lucide-react";

import { asProblem } from "@/api/problem";
import { companyDetails, explanation } from "@/api/queries";
import type { Schemas } from "@/api/client";
import { bucketShown, companyName, webAddress } from "@/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { BucketBadge, ScoreRing } from "@/ui/score";
import { Failed, Loading } from "@/ui/states";
import { Card } from "@/ui/surface";
import { ScrollingView, useTitle } from "@/ui/view";

import { Contributions } from "./Contributions";
import { wouldHelp } from "./counterfactual";
import { Contacts, Facts, Register, Runs } from "./Details";
import { labelOf, OUTCOMES, useFeedback } from "./feedback";
import { TimelineCard } from "./TimelineCard";

const MOST_HINTS = 3;

export function CompanyView() {
  const companyId = Number(useParams({ from: "/companies/$companyId" }).companyId);
  const router = useRouter();
  const details = useQuery(companyDetails(companyId));
  const lead = useQuery({ ...explanation(companyId), enabled: Boolean(details.data?.score) });
  useTitle(details.data && companyName(details.data.company.name));
  return (
    <ScrollingView name="Company" className="max-w-6xl space-y-5">
      <Button look="quiet" size="small" className="-ml-2" onClick={() => router.history.back()}>
        <ArrowLeft aria-hidden />
        Back
      </Button>
      {details.error ? (
        <Failed error={details.error} again={() => void details.refetch()} />
      ) : details.data ? (
        <Company details={details.data} lead={lead.data} leadError={lead.error} />
      ) : (
        <Loading label="The company is loading" />
      )}
    </ScrollingView>
  );
}

type Props = { details: Schemas["CompanyDetails"]; lead: Schemas["Explanation"] | undefined; leadError: unknown };

function Company({ details, lead, leadError }: Props) {
  const { company, score } = details;
  const site = webAddress(company.website_domain);
  const hints = lead ? wouldHelp(lead, MOST_HINTS) : [];
  return (
    <>
      <header className="flex flex-wrap items-start gap-4">
        <ScoreRing score={score?.score} bucket={score ? bucketShown(score.bucket, score.confidence) : undefined} className="size-16 [&>span]:text-base" />
        <div className="min-w-0 flex-1 space-y-1.5">
          <h1 className="text-2xl font-semibold tracking-tight text-balance">{companyName(company.name)}</h1>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-faint">
            {score ? <BucketBadge bucket={bucketShown(score.bucket, score.confidence)} /> : <span>Not scored yet</span>}
            <span className="inline-flex items-center gap-1 font-mono text-[13px]">
              {company.uen}
              <CopyButton text={company.uen} label="Copy the UEN" />
            </span>
            {site && (
              <a href={site} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-accent hover:underline">
                <Globe className="size-4" aria-hidden />
                {company.website_domain}
              </a>
            )}
          </div>
        </div>
        {score && <FeedbackButtons companyId={company.company_id} given={details.feedback[0]} />}
      </header>
      {score && <p className="max-w-3xl leading-relaxed text-soft">{score.rationale}</p>}
      {hints.length > 0 && (
        <div className="flex w-fit max-w-3xl items-start gap-2 rounded-xl bg-accent-wash px-4 py-2.5 text-sm text-accent">
          <Lightbulb className="mt-0.5 size-4 shrink-0" aria-hidden />
          <ul aria-label="What would raise the score">
            {hints.map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </div>
      )}
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="space-y-5">
          {lead && <Contributions lead={lead} />}
          {leadError ? <Failed error={asProblem(leadError)} /> : null}
          <Facts facts={details.facts} />
          <TimelineCard companyId={company.company_id} />
        </div>
        <div className="space-y-5">
          <Contacts contacts={details.contacts} />
          <Register details={details} />
          <Runs runs={details.runs} odoo={details.odoo} />
        </div>
      </div>
    </>
  );
}

function FeedbackButtons({ companyId, given }: { companyId: number; given: Schemas["Feedback"] | undefined }) {
  const feedback = useFeedback();
  return (
    <Card className="space-y-2 p-3">
      <h2 className="text-xs font-medium text-faint">Outcome</h2>
      <div className="flex flex-wrap gap-1.5">
        {OUTCOMES.map(({ outcome, label }) => (
          <Button
            key={outcome}
            size="small"
            look={given?.outcome === outcome ? "solid" : "outline"}
            aria-pressed={given?.outcome === outcome}
            disabled={feedback.isPending}
            onClick={() => feedback.mutate({ companyId, outcome })}
          >
            {label}
          </Button>
        ))}
      </div>
      <p className="text-xs text-faint" role="status">
        {feedback.error ? asProblem(feedback.error).detail : given ? `${labelOf(given.outcome)}, says ${given.actor}` : "Scoring learns from it."}
      </p>
    </Card>
  );
}
