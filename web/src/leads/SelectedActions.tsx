/** What can be done with the selected rows of a list. */
import { Download } from "lucide-react";

import { Button } from "@/ui/button";

import { save } from "./csv";
import { asCsv } from "./table";

type Row = { company_id: number };

export function SelectedActions<It extends Row>({ selected, fileName }: { selected: It[]; clear: () => void; fileName: string }) {
  return (
    <Button size="small" onClick={() => save(new Blob([asCsv(selected)], { type: "text/csv" }), fileName)}>
      <Download aria-hidden />
      Save selected
    </Button>
  );
}
