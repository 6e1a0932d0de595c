/** What can be done with the selected rows of a list. */
import { Download, Sparkles } from "lucide-react";

import { count } from "@/format";
import { useRole } from "@/shell/role";
import { Button } from "@/ui/button";

import { save } from "./csv/csvFile";
import { MOST, type useEnriching } from "./enriching/enriching";
import { asCsv } from "./csv/table";

type Props<Row> = { selected: Row[]; clear: () => void; fileName: string; enriching: ReturnType<typeof useEnriching> };

export function SelectedActions<Row extends { company_id: number }>({ selected, clear, fileName, enriching }: Props<Row>) {
  const mayEnrich = useRole() !== "viewer";
  const isTooMany = selected.length > MOST;
  return (
    <>
      {mayEnrich && (
        <Button
          size="small"
          look="solid"
          disabled={enriching.isStarting || isTooMany}
          title={isTooMany ? `At most ${count(MOST)} at once` : "Visits their sites and scores them again, within the day's caps"}
          onClick={() => {
            enriching.start(selected.map((it) => it.company_id));
            clear();
          }}
        >
          <Sparkles aria-hidden />
          {isTooMany ? `Enrich at most ${count(MOST)}` : "Enrich now"}
        </Button>
      )}
      <Button size="small" onClick={() => save(new Blob([asCsv(selected)], { type: "text/csv" }), fileName)}>
        <Download aria-hidden />
        Save selected
      </Button>
    </>
  );
}
