/** Errors of the gateway (RFC 9457 problem documents) and of the network, as one kind of error with words to show. */

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(`${title}: ${detail}`);
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const OFFLINE = new Problem(0, "No connection", "Leadgen cannot be reached. Check your connection, then try again.");

/** Builds the problem of an answer that is no success. */
export function problemOf(status: number, body: unknown, headers: Headers): Problem {
  const document = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const title = typeof document.title === "string" ? document.title : `Error ${status}`;
  const detail = typeof document.detail === "string" ? document.detail : "The gateway gave no reason.";
  const wait = Number(headers.get("Retry-After"));
  return new Problem(status, title, detail, Number.isFinite(wait) && wait > 0 ? wait : null);
}

/** Turns anything that was thrown into a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return OFFLINE;
  return new Problem(-1, "Something went wrong", error instanceof Error ? error.message : String(error));
}
