/** All companies that were saved for the tenant, with filters that the address keeps, and views that the browser keeps. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { BadgeCheck, Bookmark, Building2, Download, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";

import { api, data, type Schemas } from "@/api/client";
import { WhyButton } from "@/company/WhyButton";
import { sentenceCase, time } from "@/format";
import { useSettled } from "@/settled";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import { Menu, MenuItem } from "@/ui/menu";
import { Empty, Failed, Loading } from "@/ui/states";
import { Heading } from "@/ui/surface";
import { useTitle } from "@/ui/view";

import { CompanyCell, ScoreCell, SiteCell } from "./cells";
import { useCsv } from "./csv";
import { asText, BUCKETS, queryOf, readFilters, type Filters } from "./filters";
import { useKept } from "./kept";
import { EnrichingNotice, useEnriching } from "./enriching";
import { columnsOf, ListTable } from "./ListTable";
import { PAGE, useFirstPage, type Pages } from "./pages";
import { SelectedActions } from "./SelectedActions";

type Candidate = Schemas["Candidate"];
function pagesOf(filters: Filters): Pages<Candidate> {
  const query = queryOf(filters);
  return {
    key: ["candidates", query],
    read: (after, signal) => data(api.GET("/candidates/latest", { params: { query: { ...query, limit: PAGE, after } }, signal })),
  };
}
const TYPING_MS = 300;

const helper = columnsOf<Candidate>();
const COLUMNS = helper.columns([
  helper.accessor("name", {
    header: "Company",
    cell: ({ row: { original: it } }) => <CompanyCell id={it.company_id} name={it.name} uen={it.uen} />,
  }),
  helper.accessor("score", { header: "Score", cell: ({ row }) => <ScoreCell score={row.original.score} bucket={row.original.bucket} /> }),
  helper.accessor("industry_norm", {
    header: "Industry",
    cell: ({ row: { original: it } }) => (
      <>
        <span className="block truncate" title={it.industry_norm ?? undefined}>
          {sentenceCase(it.industry_norm ?? "")}
        </span>
        <span className="block font-mono text-xs text-faint">{it.industry_code}</span>
      </>
    ),
  }),
  helper.accessor("website_domain", { header: "Website", cell: ({ getValue }) => <SiteCell domain={getValue()} /> }),
  helper.accessor("has_verified_email", {
    header: "E-mail",
    cell: ({ getValue }) =>
      getValue() ? (
        <Badge tone="good">
          <BadgeCheck aria-hidden />
          Verified
        </Badge>
      ) : (
        <span className="text-faint">none verified</span>
      ),
  }),
  helper.accessor("updated_at", { header: "Changed", cell: ({ getValue }) => <span className="text-faint">{time(getValue())}</span> }),
  helper.display({ id: "origin", header: "Origin", cell: ({ row }) => <WhyButton companyId={row.original.company_id} name={row.original.name} /> }),
]);
const WIDTHS = {
  name: "minmax(12rem,1.4fr)",
  score: "10rem",
  industry_norm: "minmax(10rem,1.2fr)",
  website_domain: "minmax(9rem,1fr)",
  has_verified_email: "7.5rem",
  updated_at: "9rem",
  origin: "3rem",
};

export function CandidatesView() {
  const filters = useSearch({ from: "/candidates" });
  const navigate = useNavigate({ from: "/candidates" });
  const pages = useMemo(() => pagesOf(filters), [asText(filters)]);
  const { data: first, error, renew } = useFirstPage(pages);
  const enriching = useEnriching();
  const isFiltered = asText(filters) !== asText({});
  useTitle("Candidates");

  const filter = (change: Partial<Filters>): void => {
    void navigate({ search: (before) => readFilters({ ...before, ...change }), replace: true });
  };

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 p-4 sm:p-6">
      <Heading title="Candidates" note="Every company that was saved for you; what changed last comes first.">
        <SavedViews filters={filters} show={(search) => void navigate({ search })} />
        <Csv filters={filters} />
      </Heading>
      <div role="search" className="flex flex-wrap gap-2">
        <Typed label="Name begins with" value={filters.q} change={(q) => filter({ q })} className="w-52" />
        <Typed label="Industry: code or title" value={filters.industry} change={(industry) => filter({ industry })} className="w-56" />
        <Select aria-label="Bucket" value={filters.bucket ?? ""} onChange={(event) => filter(readFilters({ bucket: event.target.value }).bucket ? { bucket: event.target.value as Filters["bucket"] } : { bucket: undefined })}>
          <option value="">Any score</option>
          {BUCKETS.map((it) => (
            <option key={it}>{it}</option>
          ))}
        </Select>
        <Select
          aria-label="E-mail"
          value={filters.verified === undefined ? "" : String(filters.verified)}
          onChange={(event) => filter({ verified: event.target.value === "" ? undefined : event.target.value === "true" })}
        >
          <option value="">Any e-mail</option>
          <option value="true">With a verified e-mail</option>
          <option value="false">Without one</option>
        </Select>
        {isFiltered && (
          <Button look="quiet" onClick={() => void navigate({ search: {} })}>
            Clear
          </Button>
        )}
      </div>
      <EnrichingNotice enriching={enriching} renew={renew} />
      {error ? (
        <Failed error={error} again={renew} />
      ) : !first ? (
        <Loading label="Candidates are loading" />
      ) : first.items.length === 0 ? (
        <Empty icon={Building2} title={isFiltered ? "No candidate matches" : "No candidates yet"}>
          {isFiltered
            ? "Names are found by their beginning; industries by a five-digit code of SSIC or by their exact title."
            : "Ask for an industry in the chat: its companies become your candidates."}
        </Empty>
      ) : (
        <ListTable
          key={asText(filters)}
          name="Candidates"
          pages={pages}
          columns={COLUMNS}
          widths={WIDTHS}
          idOf={(row) => row.company_id}
          nameOf={(row) => row.name}
          open={(row) => void navigate({ to: "/companies/$companyId", params: { companyId: String(row.company_id) } })}
          renew={renew}
          actions={(selected, clear) => <SelectedActions selected={selected} clear={clear} fileName="selected-candidates.csv" enriching={enriching} />}
        />
      )}
    </div>
  );
}

function Csv({ filters }: { filters: Filters }) {
  const params = new URLSearchParams({ format: "csv" });
  for (const [name, value] of Object.entries(queryOf(filters))) if (value !== undefined) params.set(name, String(value));
  const csv = useCsv(`/candidates/latest?${params}`, "candidates.csv");
  return (
    <Button onClick={() => csv.mutate()} disabled={csv.isPending} title={csv.error ? String(csv.error) : "All rows of this filter"}>
      <Download aria-hidden />
      {csv.isPending ? "Saving …" : csv.error ? "CSV export failed. Try again" : "CSV"}
    </Button>
  );
}

/** A text filter that takes effect after a pause in typing. */
function Typed({ label, value, change, className }: { label: string; value?: string; change: (value: string | undefined) => void; className: string }) {
  const [text, setText] = useState(value ?? "");
  const settled = useSettled(text, TYPING_MS);
  useEffect(() => {
    if (settled === text && settled.trim() !== (value ?? "")) change(settled.trim() || undefined);
    // Only what was typed changes the filter; a filter that changes elsewhere changes the text, below.
  }, [settled]);
  const [before, setBefore] = useState(value);
  if (before !== value) {
    setBefore(value);
    if ((value ?? "") !== text.trim()) setText(value ?? "");
  }
  return <Input type="search" aria-label={label} placeholder={label} value={text} maxLength={200} onChange={(event) => setText(event.target.value)} className={className} />;
}

type SavedView = { name: string; filters: Filters };

function SavedViews({ filters, show }: { filters: Filters; show: (filters: Filters) => void }) {
  const [views, setViews] = useKept<SavedView[]>("candidates.views", []);
  const current = views.find((it) => asText(it.filters) === asText(filters));
  const name = [filters.q, filters.industry, filters.bucket, filters.verified && "verified"].filter(Boolean).join(", ");
  return (
    <Menu
      trigger={
        <Button>
          <Bookmark aria-hidden />
          {current?.name ?? "Views"}
        </Button>
      }
    >
      {views.map((view) => (
        <MenuItem key={view.name} onSelect={() => show(view.filters)}>
          {view.name}
        </MenuItem>
      ))}
      {current ? (
        <MenuItem className="text-bad" onSelect={() => setViews(views.filter((it) => it !== current))}>
          <Trash2 aria-hidden />
          Remove “{current.name}”
        </MenuItem>
      ) : name ? (
        <MenuItem className="text-accent" onSelect={() => setViews([...views, { name, filters }])}>
          <Bookmark aria-hidden />
          Save “{name}”
        </MenuItem>
      ) : (
        views.length === 0 && <MenuItem disabled>Filter first, then save the view here</MenuItem>
      )}
    </Menu>
  );
}
