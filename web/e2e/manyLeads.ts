/** A list of more leads than a demo has, and scrolling through it. */
import type { Page } from "playwright-core";

const ROW_PX = 60;
/** Five hundred pages, each asked for when the one before it is there. */
export const SCROLL_MS = 600_000;

/**
 * Puts so many leads in the place of the gateway's: more than a demo has. It is done inside the page, since a thousand
 * answers that come through the browser's protocol take minutes. `window.asked` has the cursors that were asked for.
 */
export async function manyLeads(page: Page, total: number): Promise<void> {
  await page.addInitScript((rows) => {
    const original = window.fetch;
    const asked: (string | null)[] = [];
    Object.assign(window, { asked });
    window.fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input), location.href);
      if (url.pathname !== "/scores/latest") return original(input, init);
      asked.push(url.searchParams.get("after"));
      const from = Number(url.searchParams.get("after") ?? 0);
      const to = Math.min(from + Number(url.searchParams.get("limit")), rows);
      const items = Array.from({ length: to - from }, (_, index) => ({
        company_id: from + index + 1,
        uen: String(200000000 + from + index),
        name: `COMPANY ${from + index} PTE. LTD.`,
        industry_norm: "bakeries",
        website_domain: null,
        score: 1 - (from + index) / (rows + 1),
        bucket: "High",
        confidence: 1,
        has_icp: true,
        rationale: "because",
        model_version: "1",
        enriched_at: "2026-11-30T00:00:00Z",
        updated_at: "2026-11-30T00:00:00Z",
      }));
      return Response.json({ items, nextCursor: to < rows ? String(to) : null });
    };
  }, total);
  await page.reload();
}

/** Scrolls the list to its end, frame by frame, until so many rows are there. */
export async function scrollTo(page: Page, rows: number): Promise<void> {
  await page.waitForFunction(
    (px) => {
      const region = document.querySelector('[role="region"][aria-label="Leads"]')!;
      region.scrollTo({ top: region.scrollHeight });
      return region.scrollHeight >= px;
    },
    rows * ROW_PX,
    { polling: "raf", timeout: SCROLL_MS },
  );
}
