/** A company of a chat's answer: a skeleton that fills with facts, then with its score, the reasons and a contact. */
import { skipToken, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, Building2, CalendarDays, Check, CircleSlash, Globe, ListTree } from "lucide-react";

import { explanation } from "@/api/queries";
import { WhyButton } from "@/company/WhyButton";
import { bucketShown, companyName, sentenceCase, webAddress, words } from "@/format";
import { classes } from "@/ui/classes";
import { AskFor, ContactLine } from "@/ui/contact";
import { BucketBadge, ScoreRing } from "@/ui/score";
import { Skeleton } from "@/ui/surface";

import { STAGES, type Company, type Stage } from "./turns/turn";

/** How often a score that came with no event is asked for. */
const LATER_MS = 5_000;

const STEP: Record<Stage, string> = { upserted: "Register", enriched: "Website", scored: "Score", synced: "Odoo" };

export function LeadCard({ company: received, isLive }: { company: Company; isLive: boolean }) {
  const company = useLaterScore(received, isLive);
  const site = webAddress(company.website_domain);
  const isScored = company.score !== undefined;
  return (
    <article
      aria-label={company.name}
      aria-busy={isLive && !isScored}
      className="flex animate-arrive flex-col gap-3 rounded-xl border bg-surface p-4 shadow-card"
    >
      <div className="flex items-start gap-3">
        <ScoreRing score={company.score} bucket={company.bucket && bucketShown(company.bucket, company.confidence)} />
        <div className="min-w-0 flex-1 space-y-1">
          <div className="flex items-start justify-between gap-2">
            <h3 className="min-w-0 leading-snug font-semibold text-balance" title={company.name}>
              {companyName(company.name)}
            </h3>
            {company.bucket && <BucketBadge bucket={bucketShown(company.bucket, company.confidence)} />}
          </div>
          <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-faint [&_li]:inline-flex [&_li]:items-start [&_li]:gap-1 [&_svg]:mt-px [&_svg]:size-3.5 [&_svg]:shrink-0">
            {company.industry_norm && (
              <li>
                <Building2 aria-hidden />
                {sentenceCase(company.industry_norm)}
              </li>
            )}
            {company.incorporated_on && (
              <li>
                <CalendarDays aria-hidden />
                since {company.incorporated_on.slice(0, 4)}
              </li>
            )}
            {site && (
              <li>
                <Globe aria-hidden />
                <a href={site} target="_blank" rel="noreferrer" className="hover:text-ink hover:underline">
                  {company.website_domain}
                </a>
              </li>
            )}
            <li className="font-mono">{company.uen}</li>
          </ul>
        </div>
      </div>
      {isScored ? <p className="line-clamp-4 text-[13px] leading-relaxed text-soft" title={company.rationale}>
          {company.rationale}
        </p> : <Waiting isLive={isLive} />}
      <Contact company={company} isScored={isScored} />
      {company.ask_for && <AskFor person={company.ask_for} />}
      <div className="mt-auto flex items-center justify-between gap-3 border-t pt-2.5">
        <Steps company={company} isLive={isLive} />
        {company.company_id && isScored ? (
          <span className="flex shrink-0 items-center gap-1">
            <WhyButton companyId={company.company_id} name={company.name} />
            <Link
              to="/companies/$companyId"
              params={{ companyId: String(company.company_id) }}
              className="inline-flex shrink-0 items-center gap-1 text-xs font-medium text-accent hover:underline"
            >
              <ListTree className="size-3.5" aria-hidden />
              Why this score
              <span className="sr-only"> of {company.name}</span>
            </Link>
          </span>
        ) : null}
      </div>
    </article>
  );
}

/** The company with its score, also where that came after the reply had ended. */
function useLaterScore(company: Company, isLive: boolean): Company {
  const asked = explanation(company.company_id ?? 0);
  const isWanted = !isLive && Boolean(company.company_id) && company.score === undefined;
  const { data: lead } = useQuery({
    ...asked,
    queryFn: isWanted ? asked.queryFn : skipToken,
    refetchInterval: ({ state }) => (isWanted && !state.data ? LATER_MS : false),
  });
  if (!isWanted || !lead) return company;
  const { score, bucket, confidence, rationale } = lead;
  return { ...company, score, bucket, confidence, rationale, stage: company.stage === "synced" ? "synced" : "scored" };
}

function Waiting({ isLive }: { isLive: boolean }) {
  if (!isLive) return <p className="text-[13px] text-faint">Not scored yet. The score will appear here.</p>;
  return (
    <div className="space-y-2" aria-hidden>
      <Skeleton className="h-3 w-full" />
      <Skeleton className="h-3 w-3/5" />
    </div>
  );
}

function Contact({ company, isScored }: { company: Company; isScored: boolean }) {
  if (company.contact) {
    const kind = company.contact_details?.kind ?? (company.contact.includes("@") ? "email" : "phone");
    return <ContactLine contact={{ ...company.contact_details, kind, value: company.contact }} />;
  }
  if (isScored && company.contact === null) return <p className="text-xs text-faint">No contact found.</p>;
  return null;
}

/** The stages, and in words what became of the website and of Odoo. */
function Steps({ company, isLive }: { company: Company; isLive: boolean }) {
  const reached = company.stage === null ? -1 : STAGES.indexOf(company.stage);
  return (
    <ol className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-xs">
      {STAGES.map((stage, index) => {
        const isReached = index <= reached;
        const note = stage === "enriched" ? company.site : stage === "synced" ? company.odoo : undefined;
        const isMissing = isReached && note !== undefined && !["visited", "synced"].includes(note);
        const Icon = isMissing ? CircleSlash : Check;
        return (
          <li
            key={stage}
            title={note && words(note)}
            className={classes("inline-flex items-center gap-1", isReached ? "text-soft" : "text-faint")}
          >
            {isReached ? (
              <Icon className={classes("size-3", isMissing ? "text-fair" : "text-good")} aria-hidden />
            ) : (
              <span
                aria-hidden
                className={classes("size-1.5 rounded-full bg-line", isLive && index === reached + 1 && "animate-shimmer bg-accent")}
              />
            )}
            {STEP[stage]}
            {isMissing && note && <span className="text-faint">({words(note).toLowerCase()})</span>}
            <span className="sr-only">{isReached ? " done" : " to come"}</span>
          </li>
        );
      })}
    </ol>
  );
}

export function KnownCompany({ company }: { company: Company }) {
  return (
    <li>
      {company.company_id ? (
        <Link
          to="/companies/$companyId"
          params={{ companyId: String(company.company_id) }}
          className="inline-flex items-center gap-1 hover:text-ink hover:underline"
        >
          {companyName(company.name)}
          <ArrowUpRight className="size-3" aria-hidden />
        </Link>
      ) : (
        companyName(company.name)
      )}
    </li>
  );
}
