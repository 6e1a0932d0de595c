/** All leads, best first. */
import { Link, useNavigate } from "@tanstack/react-router";
import { Download, Trophy } from "lucide-react";

import { api, data, type Schemas } from "@/api/client";
import { WhyButton } from "@/company/WhyButton";
import { bucketShown, sentenceCase, time } from "@/format";
import { Button } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";
import { Heading } from "@/ui/surface";
import { useTitle } from "@/ui/view";

import { CompanyCell, ScoreCell, SiteCell } from "./cells";
import { useCsv } from "./csv";
import { EnrichingNotice, useEnriching } from "./enriching";
import { columnsOf, ListTable } from "./ListTable";
import { PAGE, useFirstPage, type Pages } from "./pages";
import { SelectedActions } from "./SelectedActions";

type Lead = Schemas["Lead"];
const PAGES: Pages<Lead> = {
  key: ["scores"],
  read: (after, signal) => data(api.GET("/scores/latest", { params: { query: { limit: PAGE, after } }, signal })),
};

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
  const navigate = useNavigate();
  const { data: first, error, renew } = useFirstPage(PAGES);
  const csv = useCsv("/scores/latest?format=csv", "leads.csv");
  const enriching = useEnriching();
  useTitle("Scores");

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 p-4 sm:p-6">
      <Heading title="Scores" note="Every lead, the best first.">
        <Button onClick={() => csv.mutate()} disabled={csv.isPending}>
          <Download aria-hidden />
          {csv.isPending ? "Saving …" : "CSV"}
        </Button>
      </Heading>
      {csv.error && <Failed error={csv.error} again={() => csv.mutate()} />}
      <EnrichingNotice enriching={enriching} renew={renew} />
      {error ? (
        <Failed error={error} again={renew} />
      ) : !first ? (
        <Loading label="Leads are loading" />
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
          name="Leads"
          pages={PAGES}
          columns={COLUMNS}
          widths={WIDTHS}
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
