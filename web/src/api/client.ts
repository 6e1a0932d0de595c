/** The gateway's API, typed by docs/openapi.json. Every call sends the token, and throws a Problem if it fails. */
import createClient from "openapi-fetch";

import { asProblem, problemOf } from "./problem";
import type { components, paths } from "./schema";
import { session, signOut } from "./session";

export type Schemas = components["schemas"];

/** Adds the token; an answer 401 signs out, with the gateway's reason. */
export async function send(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const request = new Request(input, init);
  const who = session();
  const token = who?.token;
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  if (who?.isChosen) request.headers.set("X-Tenant-ID", String(who.tenantId));
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw asProblem(error);
  }
  if (response.ok) return response;
  const problem = problemOf(response.status, await response.json().catch(() => null), response.headers);
  if (response.status === 401 && token === session()?.token) signOut(problem.detail);
  throw problem;
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** Unwraps a call that answers JSON: `send` has thrown for every error, so there is data. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<Exclude<T, string>> {
  return (await call).data as Exclude<T, string>;
}
