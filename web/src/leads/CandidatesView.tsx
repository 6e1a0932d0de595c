/** All companies that were saved for the tenant, with filters that the address keeps, and views that the browser keeps. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { BadgeCheck, Building2 } from "lucide-react";
import { useMemo } from "react";

import { api, data, type Schemas } from "@/api/client";
import { WhyButton } from "@/company/WhyButton";
import { sentenceCase, time } from "@/format";
import { Badge } from "@/ui/badge";
import { Empty, Failed, Loading } from "@/ui/states";
import { Heading } from "@/ui/surface";
import { useTitle } from "@/ui/view";

import { CompanyCell, ScoreCell, SiteCell } from "./cells";
import { CsvButton } from "./csv/CsvButton";
import { FilterBar, NOT_FOUND } from "./filters/FilterBar";
import { asText, hasAny, queryOf, readFilters, type Filters } from "./filters/filters";
import { EnrichingNotice, useEnriching } from "./enriching/enriching";
import { columnsOf, ListTable } from "./ListTable";
import { PAGE, useFirstPage, type Pages } from "./pages";
import { SavedViews } from "./filters/SavedViews";
import { SelectedActions } from "./SelectedActions";

type Candidate = Schemas["Candidate"];
function pagesOf(filters: Filters): Pages<Candidate> {
  const query = queryOf(filters);
  return {
    key: ["candidates", query],
    read: (after, signal) => data(api.GET("/candidates/latest", { params: { query: { ...query, limit: PAGE, after } }, signal })),
  };
}

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
  const isFiltered = hasAny(filters);
  useTitle("Candidates");

  const filter = (change: Partial<Filters>): void => {
    void navigate({ search: (before) => readFilters({ ...before, ...change }), replace: true });
  };

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 p-4 sm:p-6">
      <Heading title="Candidates" note="Every company that was saved for you; what changed last comes first.">
        <SavedViews list="candidates" filters={filters} show={(search) => void navigate({ search })} />
        <CsvButton path="/candidates/latest" filters={filters} />
      </Heading>
      <FilterBar filters={filters} filter={filter} clear={() => void navigate({ search: {} })} />
      <EnrichingNotice enriching={enriching} renew={renew} />
      {error ? (
        <Failed error={error} again={renew} />
      ) : !first ? (
        <Loading label="Candidates are loading" />
      ) : first.items.length === 0 ? (
        <Empty icon={Building2} title={isFiltered ? "No candidate matches" : "No candidates yet"}>
          {isFiltered
            ? NOT_FOUND
            : "Ask for an industry in the chat: its companies become your candidates."}
        </Empty>
      ) : (
        <ListTable
          key={asText(filters)}
          name="Candidates"
          pages={pages}
          columns={COLUMNS}
          widths={WIDTHS}
          sortedBy="updated_at"
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
