/** What a score is made of: one bar per criterion, to the right what raised it and to the left what lowered it. */
import type { Schemas } from "@/api/client";
import { change, score as scoreText, webAddress } from "@/format";
import { classes } from "@/ui/classes";
import { Card } from "@/ui/surface";

import { scoreIfMet } from "./counterfactual";
import { criterionName, evidenceOf } from "./criteria";

type Contribution = Schemas["Contribution"];

export function Contributions({ lead }: { lead: Pick<Schemas["Explanation"], "base" | "score" | "contributions"> }) {
  const most = Math.max(...lead.contributions.map((it) => Math.abs(it.contribution)), 0.01);
  const known = lead.contributions.filter((it) => it.value !== null);
  const unknown = lead.contributions.filter((it) => it.value === null);
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-baseline justify-between gap-2 border-b px-4 py-3">
        <h2 className="font-semibold">Why this score</h2>
        {lead.base !== null && (
          <p className="text-xs text-faint tabular-nums">
            starts at {scoreText(lead.base)}, a company of which nothing is known; ends at {scoreText(lead.score)}
          </p>
        )}
      </div>
      <ul>
        {known.map((it) => (
          <Row key={it.name} it={it} most={most} score={lead.score} />
        ))}
      </ul>
      {unknown.length > 0 && (
        <div className="space-y-1.5 border-t bg-sunken px-4 py-3 text-[13px] text-soft">
          <p>Not known, so not counted:</p>
          <ul className="flex flex-wrap gap-x-4 gap-y-1">
            {unknown.map((it) => (
              <li key={it.name}>
                {criterionName(it.name)} <IfMet score={lead.score} it={it} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

/** The score if the criterion were fully met, everything else as it is. */
function IfMet({ score, it }: { score: number; it: Contribution }) {
  const better = scoreIfMet(score, it);
  return better === null ? null : <span className="text-xs text-faint tabular-nums">{it.value === null ? "if found" : "if fully met"}: {scoreText(better)}</span>;
}

function Row({ it, most, score }: { it: Contribution; most: number; score: number }) {
  const share = (Math.abs(it.contribution) / most) * 50;
  const isGain = it.contribution >= 0;
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-3 not-last:border-b sm:grid-cols-[minmax(0,1fr)_12rem]">
      <div className="min-w-0">
        <p className="text-sm font-medium">
          {criterionName(it.name)} <IfMet score={score} it={it} />
        </p>
        {it.evidence && <p className="text-[13px] text-soft [overflow-wrap:anywhere]">{evidenceOf(it)}</p>}
        <Source source={it.source} />
      </div>
      <div className="flex items-center gap-2">
        <div className="relative h-2 flex-1 rounded-full bg-sunken" aria-hidden>
          <span className="absolute inset-y-0 left-1/2 w-px bg-line" />
          <span
            className={classes("absolute inset-y-0 rounded-full", isGain ? "left-1/2 bg-good-mark" : "right-1/2 bg-bad")}
            style={{ width: `${share}%` }}
          />
        </div>
        <span className={classes("w-14 text-right text-[13px] font-medium tabular-nums", isGain ? "text-good" : "text-bad")}>
          {change(it.contribution)}
        </span>
      </div>
    </li>
  );
}

/** Where a value is from: a page that opens, or the register or vendor by name. */
export function Source({ source }: { source: string | null }) {
  if (!source) return null;
  const page = /^https?:/.test(source) ? webAddress(source) : null;
  return (
    <p className="mt-0.5 truncate text-xs text-faint">
      from{" "}
      {page ? (
        <a href={page} target="_blank" rel="noreferrer" className="text-accent hover:underline">
          {source.replace(/^https?:\/\//, "")}
        </a>
      ) : source === "register" ? (
        "the register (ACRA)"
      ) : (
        source
      )}
    </p>
  );
}
