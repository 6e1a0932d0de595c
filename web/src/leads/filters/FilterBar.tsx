/** The filters of a list, which its address keeps. */
import { useEffect, useState } from "react";

import { useSettled } from "@/settled";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";

import { BUCKETS, hasAny, readFilters, type Filters } from "./filters";

const TYPING_MS = 300;

/** What helps where nothing matches. */
export const NOT_FOUND = "Names are found by their beginning; industries by a five-digit code of SSIC or by their exact title.";

type Props = { filters: Filters; filter: (change: Partial<Filters>) => void; clear: () => void };

export function FilterBar({ filters, filter, clear }: Props) {
  return (
    <div role="search" className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap [&_select]:max-sm:w-full">
      <Typed label="Name begins with" value={filters.q} change={(q) => filter({ q })} className="sm:w-52" />
      <Typed label="Industry: code or title" value={filters.industry} change={(industry) => filter({ industry })} className="sm:w-56" />
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
      {hasAny(filters) && (
        <Button look="quiet" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
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
