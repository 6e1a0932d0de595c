/** Leads that a rep has dealt with, per night, as this browser keeps them. */
import { useKept } from "@/leads/kept";

const NIGHTS = 60;

export function useDone(night: string): [Set<number>, (companyId: number) => void] {
  const [kept, setKept] = useKept<Record<string, number[]>>("shortlist.done", {});
  return [
    new Set(kept[night]),
    (companyId) => setKept(toggled(kept, night, companyId)),
  ];
}

/** Marks a lead as done, or no longer; the marks of the latest nights stay. */
export function toggled(kept: Record<string, number[]>, night: string, companyId: number): Record<string, number[]> {
  const before = kept[night] ?? [];
  const after = before.includes(companyId) ? before.filter((it) => it !== companyId) : [...before, companyId];
  const nights = Object.entries({ ...kept, [night]: after }).toSorted(([one], [other]) => other.localeCompare(one));
  return Object.fromEntries(nights.slice(0, NIGHTS));
}
