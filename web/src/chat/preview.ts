/** What the words in the composer resolve to, asked after a pause in typing. An answer belongs to its words. */
import { skipToken, useQuery } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { pageSettings } from "@/api/queries";
import { useSettled } from "@/settled";

export type Preview =
  | { state: "none" }
  | { state: "waiting" }
  | { state: "failed" }
  | { state: "there"; words: string; resolved: Schemas["Resolved"] };

/** Each keystroke leaves the query of the words before it, so a request in flight is aborted, and never shown late. */
export function usePreview(text: string): Preview {
  const wanted = text.trim();
  const { data: settings } = useQuery(pageSettings);
  const settled = useSettled(wanted, settings?.chat_debounce_ms ?? 400);
  const words = settled === wanted && wanted.length > 1 ? wanted : null;
  const { data: resolved, isError } = useQuery({
    queryKey: ["resolve", words],
    queryFn:
      words === null
        ? skipToken
        : ({ signal }) => data(api.GET("/industries/resolve", { params: { query: { q: words } }, signal })),
    staleTime: 300_000,
    retry: false,
  });
  if (wanted.length < 2) return { state: "none" };
  if (words === null) return { state: "waiting" };
  if (isError) return { state: "failed" };
  return resolved ? { state: "there", words, resolved } : { state: "waiting" };
}
