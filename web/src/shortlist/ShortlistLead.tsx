import { Link } from "@tanstack/react-router";
import { Check, ExternalLink, Lightbulb, Megaphone, ThumbsDown, UserX } from "lucide-react";

import type { Schemas } from "@/api/client";
import { labelOf, type Outcome } from "@/company/feedback";
import { Source } from "@/company/Contributions";
import { wouldHelp } from "@/company/counterfactual";
import { inOdoo } from "@/company/inOdoo";
import { WhyButton } from "@/company/WhyButton";
import { bucketShown, companyName, sentenceCase, webAddress } from "@/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { AskFor, ContactLine } from "@/ui/contact";
import { ScoreRing } from "@/ui/score";

import { opening, openingWords } from "./opening";

type Props = {
  lead: Schemas["ListedLead"];
  isAt: boolean;
  isDone: boolean;
  outcome: Outcome | undefined;
  toggleDone: () => void;
  giveFeedback: (outcome: Outcome) => void;
};

export function ShortlistLead({ lead, isAt, isDone, outcome, toggleDone, giveFeedback }: Props) {
  const first = opening(lead.features);
  const [hint] = wouldHelp({ score: lead.score, contributions: lead.features });
  const odoo = webAddress(lead.odoo?.url);
  return (
    <article
      aria-label={lead.name}
      className={classes(
        "grid grid-cols-[3rem_minmax(0,1fr)] gap-x-3 gap-y-4 rounded-xl border bg-surface p-4 shadow-card sm:grid-cols-[3rem_minmax(0,1fr)_auto] sm:gap-x-4",
        isAt && "border-accent",
      )}
    >
      <ScoreRing score={lead.score} bucket={bucketShown(lead.bucket, lead.confidence)} className={classes(isDone && "opacity-60")} />
      <div className="min-w-0 space-y-2">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="text-sm text-faint tabular-nums">{lead.rank}.</span>
          <h2 className={classes("font-semibold", isDone && "line-through decoration-strong")}>
            <Link to="/companies/$companyId" params={{ companyId: String(lead.company_id) }} className="hover:underline">
              {companyName(lead.name)}
            </Link>
          </h2>
          {lead.is_new && <Badge tone="accent">New</Badge>}
          {lead.is_late && <Badge>Scored late</Badge>}
          {outcome && <Badge tone="fair">{labelOf(outcome)}</Badge>}
          {isDone && <Badge tone="good">Done</Badge>}
          <WhyButton companyId={lead.company_id} name={lead.name} />
        </div>
        <p className="text-xs text-faint">
          {lead.industry_norm && sentenceCase(lead.industry_norm)} · chosen because {lead.selected.detail}
        </p>
        <p className="text-[13px] leading-relaxed text-soft">{lead.rationale}</p>
        {first && (
          <div className="flex gap-2 rounded-lg bg-sunken px-3 py-2 text-[13px]">
            <Megaphone className="mt-0.5 size-4 shrink-0 text-accent" aria-hidden />
            <div className="min-w-0">
              <p>
                <span className="font-medium">Say first:</span> {openingWords(first)}
              </p>
              <Source source={first.source} />
            </div>
          </div>
        )}
        {lead.contact ? <ContactLine contact={lead.contact} /> : <p className="text-xs text-faint">No contact found.</p>}
        {lead.ask_for && <AskFor person={lead.ask_for} />}
        {hint && (
          <p className="flex items-center gap-1.5 text-xs text-faint">
            <Lightbulb className="size-3.5 shrink-0" aria-hidden />
            {hint}
          </p>
        )}
        {lead.odoo && (
          <p className="text-xs text-faint">
            {inOdoo(lead.odoo.outcome)}
            {odoo && (
              <a href={odoo} target="_blank" rel="noreferrer" className="ml-1.5 inline-flex items-center gap-1 text-accent hover:underline">
                Open the lead
                <ExternalLink className="size-3" aria-hidden />
              </a>
            )}
          </p>
        )}
      </div>
      <div className="flex flex-wrap gap-1.5 max-sm:col-span-2 sm:flex-col sm:items-stretch">
        <Button size="small" aria-pressed={isDone} look={isDone ? "solid" : "outline"} onClick={toggleDone}>
          <Check aria-hidden />
          Done
        </Button>
        <Button size="small" onClick={() => giveFeedback("not_a_fit")}>
          <ThumbsDown aria-hidden />
          Not a fit
        </Button>
        <Button size="small" onClick={() => giveFeedback("wrong_contact")}>
          <UserX aria-hidden />
          Wrong contact
        </Button>
      </div>
    </article>
  );
}
