/** All leads, best first, with filters that the address keeps. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Trophy } from "lucide-react";
import { useMemo } from "react";

import { api, data, type Schemas } from "@/api/client";
import { WhyButton } from "@/company/WhyButton";
import { bucketShown, sentenceCase, time } from "@/format";
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

type Lead = Schemas["Lead"];
function pagesOf(filters: Filters): Pages<Lead> {
  const query = queryOf(filters);
  return {
    key: ["scores", query],
    read: (after, signal) => data(api.GET("/scores/latest", { params: { query: { ...query, limit: PAGE, after } }, signal })),
  };
}

const helper = columnsOf<Lead>();
const COLUMNS = helper.columns([
  helper.accessor("score", { header: "Score", cell: ({ row }) => <ScoreCell score={row.original.score} bucket={bucketShown(row.original.bucket, row.original.confidence)} /> }),
  helper.accessor("name", {
    header: "Company",
    cell: ({ row: { original: it } }) => <CompanyCell id={it.company_id} name={it.name} uen={it.uen} />,
  }),
  helper.accessor("rationale", {
    header: "Why",
    cell: ({ getValue }) => (
      <span className="line-clamp-2 text-soft" title={getValue()}>
        {getValue()}
      </span>
    ),
  }),
  helper.accessor("industry_norm", { header: "Industry", cell: ({ getValue }) => <span className="line-clamp-2">{sentenceCase(getValue() ?? "")}</span> }),
  helper.accessor("website_domain", { header: "Website", cell: ({ getValue }) => <SiteCell domain={getValue()} /> }),
  helper.accessor("updated_at", { header: "Scored", cell: ({ getValue }) => <span className="text-faint">{time(getValue())}</span> }),
  helper.display({ id: "origin", header: "Origin", cell: ({ row }) => <WhyButton companyId={row.original.company_id} name={row.original.name} /> }),
]);
const WIDTHS = {
  score: "9.5rem",
  name: "minmax(11rem,1.2fr)",
  rationale: "minmax(14rem,2fr)",
  industry_norm: "minmax(8rem,1fr)",
  website_domain: "minmax(8rem,0.8fr)",
  updated_at: "9rem",
  origin: "3rem",
};

export function ScoresView() {
  const filters = useSearch({ from: "/scores" });
  const navigate = useNavigate({ from: "/scores" });
  const pages = useMemo(() => pagesOf(filters), [asText(filters)]);
  const { data: first, error, renew } = useFirstPage(pages);
  const enriching = useEnriching();
  useTitle("Scores");

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 p-4 sm:p-6">
      <Heading title="Scores" note="Every lead, the best first.">
        <SavedViews list="scores" filters={filters} show={(search) => void navigate({ search })} />
        <CsvButton path="/scores/latest" filters={filters} />
      </Heading>
      <FilterBar
        filters={filters}
        filter={(change) => void navigate({ search: (before) => readFilters({ ...before, ...change }), replace: true })}
        clear={() => void navigate({ search: {} })}
      />
      <EnrichingNotice enriching={enriching} renew={renew} />
      {error ? (
        <Failed error={error} again={renew} />
      ) : !first ? (
        <Loading label="Leads are loading" />
      ) : first.items.length === 0 && hasAny(filters) ? (
        <Empty icon={Trophy} title="No lead matches">
          {NOT_FOUND}
        </Empty>
      ) : first.items.length === 0 ? (
        <Empty icon={Trophy} title="No leads yet">
          A company becomes a lead when it has a score.{" "}
          <Link to="/chat" className="text-accent hover:underline">
            Ask for companies in the chat
          </Link>
          , or wait for the night.
        </Empty>
      ) : (
        <ListTable
          key={asText(filters)}
          name="Leads"
          pages={pages}
          columns={COLUMNS}
          widths={WIDTHS}
          sortedBy="score"
          idOf={(row) => row.company_id}
          nameOf={(row) => row.name}
          open={(row) => void navigate({ to: "/companies/$companyId", params: { companyId: String(row.company_id) } })}
          renew={renew}
          actions={(selected, clear) => <SelectedActions selected={selected} clear={clear} fileName="selected-leads.csv" enriching={enriching} />}
        />
      )}
    </div>
  );
}
