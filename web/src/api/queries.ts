/** Queries that several views share. */
import { QueryClient, queryOptions, skipToken } from "@tanstack/react-query";

import { api, data } from "./client";
import { asProblem } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 3 && asProblem(error).isPassing,
      retryDelay: (failures, error) => (asProblem(error).retryAfterS ?? Math.min(2 ** failures, 8)) * 1000,
    },
  },
});

export const pageSettings = queryOptions({
  queryKey: ["page-settings"],
  queryFn: async ({ signal }): Promise<{ chat_debounce_ms: number }> =>
    (await (await fetch("/app/settings.json", { signal })).json()) as { chat_debounce_ms: number },
  staleTime: Infinity,
});

/** What the gateway says of the user: the role counts, whatever the token says. */
export const me = (token: string | undefined, tenantId: number | undefined) =>
  queryOptions({
    queryKey: ["me", token, tenantId],
    queryFn: token === undefined ? skipToken : ({ signal }) => data(api.GET("/me", { signal })),
    staleTime: 300_000,
  });

export const job = (jobId: string) =>
  queryOptions({
    queryKey: ["job", jobId],
    queryFn: ({ signal }) => data(api.GET("/jobs/{job_id}", { params: { path: { job_id: jobId } }, signal })),
  });

/** A request for enrichment, which is followed by its stream. */
export const enrichment = (requestId: string) =>
  queryOptions({
    queryKey: ["enrichment", requestId],
    queryFn: ({ signal }) => data(api.GET("/enrichments/{request_id}", { params: { path: { request_id: requestId } }, signal })),
  });

export const icp = queryOptions({
  queryKey: ["icp"],
  queryFn: ({ signal }) => data(api.GET("/icp", { signal })),
});

export const shortlist = (night: string | undefined) =>
  queryOptions({
    queryKey: ["shortlist", night ?? "latest"],
    queryFn: ({ signal }) => data(api.GET("/shortlist", { params: { query: { date: night } }, signal })),
    // The first night of a tenant may begin while its list is open.
    refetchInterval: ({ state }) =>
      state.data ? (["done", "partial", "failed"].includes(state.data.status) ? false : 3_000) : night === undefined && state.error && asProblem(state.error).status === 404 ? 5_000 : false,
  });

export const explanation = (companyId: number) =>
  queryOptions({
    queryKey: ["explanation", companyId],
    queryFn: ({ signal }) =>
      data(api.GET("/leads/{company_id}/explain", { params: { path: { company_id: companyId } }, signal })),
  });

export const companyDetails = (companyId: number) =>
  queryOptions({
    queryKey: ["company", companyId],
    queryFn: ({ signal }) =>
      data(api.GET("/companies/{company_id}", { params: { path: { company_id: companyId } }, signal })),
  });

export const timeline = (companyId: number) =>
  queryOptions({
    queryKey: ["timeline", companyId],
    queryFn: ({ signal }) =>
      data(api.GET("/companies/{company_id}/timeline", { params: { path: { company_id: companyId } }, signal })),
  });
