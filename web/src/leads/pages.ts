/** A long list by pages, of which only those near the view are held. Its cursors, which are short, are all kept. */
import { queryOptions, useQueries, useQuery, type QueryKey } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";

import { queryClient } from "@/api/queries";

export const PAGE = 200;
/** A page out of view is held for so long: one scrolls back without a wait, and memory does not grow with the list. */
const HELD_MS = 10_000;
/** A list that is looked at again after this is read anew: its cursors serve for less than an hour. */
const OLD_MS = 10 * 60_000;

type Page<Row> = { items: Row[]; nextCursor: string | null };
export type Read<Row> = (after: string | undefined, signal: AbortSignal) => Promise<Page<Row>>;
export type Pages<Row> = { key: QueryKey; read: Read<Row> };

const pageAt = <Row>({ key, read }: Pages<Row>, after: string | undefined) =>
  queryOptions({
    queryKey: [...key, after ?? "first"],
    queryFn: ({ signal }) => read(after, signal),
    // All pages are of one walk through the list as it was at the first: a page is not read again on its own.
    staleTime: Infinity,
    gcTime: HELD_MS,
  });

/** The first page, which says whether there is anything; and the way to read the list anew. */
export function useFirstPage<Row>(pages: Pages<Row>) {
  const first = useQuery(pageAt(pages, undefined));
  const name = JSON.stringify(pages.key);
  const renew = useCallback(() => void queryClient.resetQueries({ queryKey: JSON.parse(name) as QueryKey }), [name]);
  const { dataUpdatedAt } = first;
  useEffect(() => {
    function onLook(): void {
      if (document.visibilityState === "visible" && dataUpdatedAt > 0 && Date.now() - dataUpdatedAt > OLD_MS) renew();
    }
    document.addEventListener("visibilitychange", onLook);
    return () => document.removeEventListener("visibilitychange", onLook);
  }, [dataUpdatedAt, renew]);
  return { ...first, renew };
}

/** The rows of the first page, which is held as long as the list is shown. */
export const firstRows = <Row>(pages: Pages<Row>): Row[] => queryClient.getQueryData(pageAt(pages, undefined).queryKey)?.items ?? [];

/** Rows by their place in the list, those of the pages around `from` to `to`; further pages are found by `more`. */
export function useRows<Row>(pages: Pages<Row>, from: number, to: number) {
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const last = cursors.length - 1;
  const wanted = new Set([last]);
  for (let page = Math.floor(from / PAGE); page <= Math.min(Math.floor(to / PAGE), last); page++) wanted.add(page);
  const places = [...wanted];
  const results = useQueries({ queries: places.map((page) => pageAt(pages, cursors[page])) });
  const held = new Map(places.map((page, index) => [page, results[index]?.data?.items]));
  const end = results[0]?.data;
  const next = end?.nextCursor ?? null;
  const more = useCallback(() => {
    if (next !== null) setCursors((before) => (before.includes(next, -1) ? before : [...before, next]));
  }, [next]);
  return {
    count: last * PAGE + (end?.items.length ?? 0),
    rowAt: (index: number): Row | undefined => held.get(Math.floor(index / PAGE))?.[index % PAGE],
    hasMore: end === undefined || next !== null,
    isFetchingMore: end === undefined,
    error: results.find((result) => result.error)?.error ?? null,
    more,
  };
}
