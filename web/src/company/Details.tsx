/** The facts of a company, each with where it is from and when; its contacts, its register entry and its enrichments. */
import type { Schemas } from "@/api/client";
import { count, date, milliseconds, percent, plural, sentenceCase, time, vendorName, words } from "@/format";
import { Badge } from "@/ui/badge";
import { ContactLine } from "@/ui/contact";
import { Card } from "@/ui/surface";

import { Source } from "./Contributions";
import { inOdoo } from "./inOdoo";
import { charged, stepName } from "./origin";

type Details = Schemas["CompanyDetails"];

export function Facts({ facts }: { facts: Details["facts"] }) {
  return (
    <Card className="overflow-hidden">
      <h2 className="border-b px-4 py-3 font-semibold">Facts</h2>
      {facts.length === 0 && <p className="px-4 py-6 text-sm text-faint">Nothing was found on a website yet.</p>}
      <dl className="divide-y">
        {facts.map((fact) => (
          <div key={fact.field} className="grid grid-cols-1 gap-x-4 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
            <dt className="text-[13px] text-faint">{words(fact.field)}</dt>
            <dd className="min-w-0 text-sm [overflow-wrap:anywhere]">
              {fact.value}
              {fact.quote && <q className="mt-0.5 block text-[13px] text-soft italic">{fact.quote}</q>}
              <Source source={fact.source_url} />
              <p className="text-xs text-faint">
                {words(fact.method)}, {percent(fact.confidence)} sure, {time(fact.found_at)}
              </p>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

export function Contacts({ contacts }: { contacts: Details["contacts"] }) {
  return (
    <Card className="p-4">
      <h2 className="mb-3 font-semibold">Contacts</h2>
      {contacts.length === 0 && <p className="text-sm text-faint">None found.</p>}
      <ul className="space-y-3.5">
        {contacts.map((contact) => (
          <li key={`${contact.kind} ${contact.value}`}>
            <ContactLine contact={contact} />
            <Source source={contact.vendor ? `${vendorName(contact.vendor)} (bought)` : contact.source_url} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function Register({ details }: { details: Details }) {
  const { company, score, registered_at: registeredAt } = details;
  const facts: [string, string | null | undefined][] = [
    ["Industry", company.industry_norm && `${sentenceCase(company.industry_norm)} (SSIC ${company.industry_code ?? "?"})`],
    ["Second industry", company.secondary_industry_code && `SSIC ${company.secondary_industry_code}`],
    ["Status", company.status && sentenceCase(company.status)],
    ["Legal form", company.entity_type && sentenceCase(company.entity_type)],
    ["Incorporated", company.incorporated_on && date(company.incorporated_on)],
    ["Address", company.address],
    ["Postal code", company.postal_code],
    ["Read from the register", registeredAt && time(registeredAt)],
    ["Confidence", score?.confidence != null ? percent(score.confidence) : null],
    ["Scoring model", score?.model_version],
  ];
  return (
    <Card className="p-4">
      <div className="mb-3 flex items-center justify-between gap-2">
        <h2 className="font-semibold">Register</h2>
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
    </Card>
  );
}

/** Each enrichment with its steps: what was asked of whom, what it cost, what was skipped and why. */
export function Runs({ runs, odoo }: { runs: Details["runs"]; odoo: Details["odoo"] }) {
  return (
    <Card className="p-4">
      <h2 className="mb-3 font-semibold">What was done, and its cost</h2>
      {runs.length === 0 && <p className="text-sm text-faint">It was not enriched yet.</p>}
      <ul className="space-y-4">
        {runs.map((run) => (
          <li key={run.enriched_at} className="space-y-1.5">
            <p className="text-[13px]">
              <span className="font-medium">{words(run.outcome)}</span>
              <span className="text-faint">
                {" "}
                · {plural(run.pages, "page")} · {milliseconds(run.duration_ms)} · {run.lane === "nightly" ? "in the night" : "at once"}
              </span>
            </p>
            <p className="text-xs text-faint">{time(run.enriched_at)}</p>
            <ul className="space-y-0.5 text-xs text-soft">
              {run.steps.map((step) => (
                <li key={step.step} className="flex justify-between gap-2">
                  <span title={step.reason ?? undefined}>
                    {stepName(step.step)}
                    {step.outcome && <span className="text-faint"> · {words(step.outcome).toLowerCase()}</span>}
                  </span>
                  {step.units ? <span className="shrink-0 tabular-nums">{charged(step.step, step.units)}</span> : null}
                </li>
              ))}
            </ul>
            {run.degraded_reasons.length > 0 && (
              <p className="text-xs text-fair">Skipped: {run.degraded_reasons.map((it) => words(it).toLowerCase()).join(", ")}</p>
            )}
          </li>
        ))}
      </ul>
      {odoo && (
        <p className="mt-4 border-t pt-3 text-[13px]">
          <span className="font-medium">{inOdoo(odoo.outcome)}</span>
          {odoo.lead_id !== null && <span className="text-faint"> · lead {count(odoo.lead_id)}</span>}
          {odoo.reason && <span className="block text-xs text-faint">{odoo.reason}</span>}
        </p>
      )}
    </Card>
  );
}
