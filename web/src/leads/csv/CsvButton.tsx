/** Saves all rows of a list's filter as CSV. */
import { Download } from "lucide-react";

import { asProblem } from "@/api/problem";
import { queryOf, type Filters } from "@/leads/filters/filters";
import { Button } from "@/ui/button";

import { useCsv } from "./csvFile";

export function CsvButton({ path, filters }: { path: "/candidates/latest" | "/scores/latest"; filters: Filters }) {
  const params = new URLSearchParams({ format: "csv" });
  for (const [name, value] of Object.entries(queryOf(filters))) if (value !== undefined) params.set(name, String(value));
  const csv = useCsv(`${path}?${params}`, path === "/scores/latest" ? "leads.csv" : "candidates.csv");
  return (
    <Button onClick={() => csv.mutate()} disabled={csv.isPending} title={csv.error ? asProblem(csv.error).detail : "All rows of this filter"}>
      <Download aria-hidden />
      {csv.isPending ? "Saving …" : csv.error ? "CSV export failed. Try again" : "CSV"}
    </Button>
  );
}
