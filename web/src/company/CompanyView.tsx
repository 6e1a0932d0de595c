/** A company as a lead: its facts, its score, and what the score is made of, with the source of each part. */
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { ArrowLeft, Globe, Lightbulb } from "lucide-react";
import { useEffect } from "react";

import type { Schemas } from "@/api/client";
import { explanation } from "@/api/queries";
import { companyName, date, percent, sentenceCase, time, webAddress } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { BucketBadge, ScoreRing } from "@/ui/score";
import { Failed, Loading } from "@/ui/states";
import { Card } from "@/ui/surface";

import { Contributions } from "./Contributions";
import { wouldHelp } from "./counterfactual";

export function CompanyView() {
  const { companyId } = useParams({ from: "/companies/$companyId" });
  const router = useRouter();
  const { data: lead, error, refetch } = useQuery(explanation(Number(companyId)));
  useEffect(() => {
    if (lead) document.title = `${companyName(lead.company.name)} · Leadgen`;
  }, [lead]);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-5xl space-y-5 px-4 py-5 sm:px-6">
        <Button look="quiet" size="small" className="-ml-2" onClick={() => router.history.back()}>
          <ArrowLeft aria-hidden />
          Back
        </Button>
        {error ? (
          <Failed error={error} again={() => void refetch()} />
        ) : lead ? (
          <Lead lead={lead} />
        ) : (
          <Loading label="The company is loading" />
        )}
      </div>
    </div>
  );
}

function Lead({ lead }: { lead: Schemas["Explanation"] }) {
  const { company } = lead;
  const site = webAddress(company.website_domain);
  const hint = wouldHelp(lead);
  return (
    <>
      <header className="flex items-start gap-4">
        <ScoreRing score={lead.score} bucket={lead.bucket} className="size-16 [&>span]:text-base" />
        <div className="min-w-0 flex-1 space-y-1.5">
          <h1 className="text-2xl font-semibold tracking-tight text-balance">{companyName(company.name)}</h1>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-faint">
            <BucketBadge bucket={lead.bucket} />
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
      </header>
      <p className="max-w-3xl leading-relaxed text-soft">{lead.rationale}</p>
      {hint && (
        <p className="flex max-w-3xl items-start gap-2 rounded-xl bg-accent-wash px-4 py-3 text-sm text-accent">
          <Lightbulb className="mt-0.5 size-4 shrink-0" aria-hidden />
          {hint}
        </p>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <Contributions lead={lead} />
        <Register lead={lead} />
      </div>
    </>
  );
}

function Register({ lead }: { lead: Schemas["Explanation"] }) {
  const { company } = lead;
  const facts: [string, string | null | undefined][] = [
    ["Industry", company.industry_norm && `${sentenceCase(company.industry_norm)} (SSIC ${company.industry_code ?? "?"})`],
    ["Second industry", company.secondary_industry_code],
    ["Status", company.status],
    ["Legal form", company.entity_type && sentenceCase(company.entity_type)],
    ["Incorporated", company.incorporated_on && date(company.incorporated_on)],
    ["Address", company.address],
    ["Postal code", company.postal_code],
  ];
  return (
    <Card className="p-4">
      <div className="mb-3 flex items-center justify-between gap-2">
        <h2 className="font-semibold">From the register</h2>
        <Badge>ACRA</Badge>
      </div>
      <dl className="space-y-2.5 text-sm">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt className="text-xs text-faint">{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      <dl className="mt-4 space-y-2.5 border-t pt-3 text-sm">
        <div>
          <dt className="text-xs text-faint">Enriched</dt>
          <dd>{time(lead.enriched_at)}</dd>
        </div>
        {lead.confidence !== null && (
          <div>
            <dt className="text-xs text-faint">Known of what counts</dt>
            <dd>{percent(lead.confidence)}</dd>
          </div>
        )}
        <div>
          <dt className="text-xs text-faint">Model</dt>
          <dd className="font-mono text-xs">{lead.model_version}</dd>
        </div>
      </dl>
    </Card>
  );
}
