/** A rep's morning: the night's shortlist, all leads and candidates, and what is known of a company. */
import { readFile } from "node:fs/promises";

import { beforeEach, expect, inject, test } from "vitest";

import { browser, context, eachOnItsOwnPage, hasNoViolations, keep, NIGHT_MS, open, page, PATIENCE_MS, untilNightIsOver } from "./browser";
import { manyLeads, SCROLL_MS, scrollTo } from "./manyLeads";

eachOnItsOwnPage();
beforeEach(async () => {
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
});

const PAGE = 200;

async function go(view: string): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
  await page.getByRole("heading", { level: 1, name: view }).waitFor();
}

test("the night's shortlist comes in by itself, and one key each marks leads and tells what became of them", async () => {
  await untilNightIsOver(page);
  const leads = page.getByRole("region", { name: "Shortlist" }).getByRole("article");
  await hasNoViolations(page);
  await keep(page, "shortlist");

  const names = await leads.locator("h2").allTextContents();
  await page.keyboard.press("d");
  await page.getByText("Done", { exact: true }).and(page.locator("span")).first().waitFor();
  await page.keyboard.press("n");
  await leads.nth(1).getByText("Not a fit").and(page.locator("span")).waitFor();
  await page.keyboard.press("o");
  await page.getByRole("heading", { level: 1, name: names[1] }).waitFor();
  await page.getByText(/Not a fit, says/).waitFor();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.getByRole("heading", { name: "Why this score" }).waitFor();
  await hasNoViolations(page);
  await keep(page, "company");
}, 2 * NIGHT_MS);

test("a lead says whom to ask for, what to say first, and what would raise its score", async () => {
  await page.route(/:\d+\/shortlist$/, async (route) => {
    const answer = await route.fetch({ timeout: PATIENCE_MS });
    if (!answer.ok()) return route.fulfill({ response: answer });
    const list = await answer.json();
    const [first] = list.leads;
    if (first) {
      first.score = 0.61;
      first.ask_for = { name: "Mei Tan", title: "Director", source_url: "https://one.example/team" };
      const part = { weight: 0.1, prior: 0.5, contribution: 0, source: null };
      first.features = [
        { ...part, name: "customers", group: "signals", value: 1, contribution: 0.05, evidence: "Tenfix Hospital" },
        { ...part, name: "verified_email", group: "contact", value: 0, evidence: "an address that takes no mail" },
      ];
    }
    return route.fulfill({ response: answer, json: list });
  });
  await page.goto(`${inject("gateway")}/app/shortlist`);
  const lead = page.getByRole("region", { name: "Shortlist" }).getByRole("article").first();
  await lead.getByText("Ask for Mei Tan, Director").waitFor({ timeout: NIGHT_MS });
  await lead.getByText("They name their customers: Tenfix Hospital").waitFor();
  await lead.getByText("A verified e-mail would make it 0.71.").waitFor();
  let sent = 0;
  await page.route(/\/feedback$/, (route) => (sent++, route.fulfill({ status: 503, json: {} })));
  await lead.getByRole("button", { name: /^Origin of/ }).click();
  await page.getByRole("dialog").getByRole("heading", { name: "Why is it here?" }).waitFor();
  await page.keyboard.press("n"); // the dialog's, not the list's
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Turn keys off" }).click();
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Turn keys on" }).click();
  expect(sent).toBe(0);
  await page.keyboard.press("n");
  await expect.poll(() => sent, { timeout: PATIENCE_MS }).toBe(1);
  expect(await lead.getByRole("link", { name: /source of Mei Tan/ }).getAttribute("href")).toBe("https://one.example/team");
  await hasNoViolations(page);
}, NIGHT_MS);

test("two tenants in one browser see nothing of each other", async () => {
  await go("Scores");
  const link = page.getByRole("table", { name: "Leads" }).getByRole("link").first();
  await link.click();
  await page.getByRole("heading", { name: "Why this score" }).waitFor();
  const company = new URL(page.url()).pathname;

  const [others, theirs] = await open(browser);
  await theirs.goto(inject("stranger"));
  await theirs.getByText("Others", { exact: true }).waitFor();
  for (const view of ["Scores", "Candidates", "Shortlist", "Jobs"]) {
    await theirs.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
    await theirs.getByRole("heading", { level: 2, name: /^No / }).waitFor();
  }
  await theirs.goto(`${inject("gateway")}${company}`);
  await theirs.getByRole("alert").waitFor();
  expect(await theirs.getByRole("heading", { name: "Why this score" }).count()).toBe(0);

  // The conversations are the user's own too.
  await page.goto(inject("stranger"));
  await page.getByText("Others", { exact: true }).waitFor();
  await page.getByText("What you ask is kept here, on every device.").waitFor();
  await others.close();
});

test("a night that did not take place says so", async () => {
  await go("Shortlist");
  await page.getByLabel("Night, by its date in Singapore").fill("2020-01-01");
  await page.getByRole("heading", { name: /^No night on/ }).waitFor();
  expect(page.url()).toContain("date=2020-01-01");
  await hasNoViolations(page);
});

test("candidates are filtered by the address, and saved views bring a filter back", async () => {
  await go("Candidates");
  await page.getByRole("table", { name: "Candidates" }).getByRole("row").nth(3).waitFor();
  await hasNoViolations(page);
  await keep(page, "candidates");
  await page.getByLabel("Bucket").selectOption("High");
  await page.waitForURL(/bucket=High/);
  await page.waitForFunction(() => [...document.querySelectorAll('[role="row"]')].slice(1).every((row) => row.textContent?.includes("High")));
  await page.reload();
  await page.getByRole("table", { name: "Candidates" }).getByRole("row").nth(1).waitFor();
  expect(await page.getByLabel("Bucket").inputValue()).toBe("High");

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save “High”" }).click();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.waitForURL((url) => !url.search.includes("bucket"));
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "High" }).click();
  await page.waitForURL(/bucket=High/);

  await page.getByLabel("Name begins with").fill("zzzz no such name");
  await page.getByRole("heading", { name: "No candidate matches" }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  expect((await saved).suggestedFilename()).toBe("candidates.csv");
});

/** Memory of the page's script after garbage collection, in MB. */
async function heapMb(): Promise<number> {
  const session = await context.newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1e6;
}

test("a hundred thousand leads scroll to their end: only those near the view are held, and memory stays steady", async () => {
  const total = 100_000;
  await manyLeads(page, total);
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  await table.getByRole("link", { name: "Company 0 Pte. Ltd." }).waitFor();
  await scrollTo(page, total / 10);
  const early = await heapMb();
  await scrollTo(page, total);
  await page.getByText("100,000 rows").waitFor();
  await table.getByRole("link", { name: "Company 99999 Pte. Ltd." }).waitFor();
  const late = await heapMb();
  console.log(`memory: ${early} MB at ${total / 10} rows, ${late} MB at ${total}`);
  expect(late, `${early} MB at 10,000 rows, ${late} MB at 100,000`).toBeLessThan(early + 40);
  expect(await table.getByRole("row").count()).toBeLessThan(80);
  const asked = await page.evaluate(() => (window as unknown as { asked: (string | null)[] }).asked);
  expect(asked.length).toBe(total / PAGE);
  expect(new Set(asked).size).toBe(asked.length);

  await page.getByRole("region", { name: "Leads" }).evaluate((it) => it.scrollTo({ top: 0 }));
  await table.getByRole("link", { name: "Company 0 Pte. Ltd." }).waitFor();
}, 2 * SCROLL_MS);

test("selected rows are kept while one scrolls, and saved as CSV", async () => {
  await manyLeads(page, 1_000);
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  await table.getByRole("checkbox", { name: "Select COMPANY 0 PTE. LTD." }).check();
  await table.getByRole("checkbox", { name: "Select COMPANY 2 PTE. LTD." }).check();
  await page.getByText("2 selected").waitFor();
  await hasNoViolations(page);
  await page.getByRole("region", { name: "Leads" }).evaluate((it) => it.scrollTo({ top: 90 * 60 }));
  await table.getByRole("checkbox", { name: "Select COMPANY 90 PTE. LTD." }).check();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save selected" }).click();
  const lines = (await readFile(await (await saved).path(), "utf8")).trim().split("\r\n");
  expect(lines.map((line) => line.split(",")[2])).toEqual(["name", '"COMPANY 0 PTE. LTD."', '"COMPANY 2 PTE. LTD."', '"COMPANY 90 PTE. LTD."']);
  await page.getByRole("button", { name: "Select none" }).click();
  await page.getByText("3 selected").waitFor({ state: "detached" });
});

test("selected leads are enriched now, and the page says what came of it, also after a reload", async () => {
  await untilNightIsOver(page);
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  const boxes = table.getByRole("checkbox", { name: /^Select (?!the first)/ });
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/enrichments"));
  let polled = 0;
  page.on("request", (request) => void (polled += Number(/\/enrichments\/[^/]{36}$/.test(request.url()))));
  const streamed = page.waitForResponse((answer) => /\/enrichments\/[^/]+\/events$/.test(answer.url()));
  await page.getByRole("button", { name: "Enrich now" }).click();
  const ids = ((await asked).postDataJSON() as { company_ids: number[] }).company_ids;
  expect(ids.length).toBe(2);
  await streamed;
  await page.getByText("2 companies enriched and scored.").waitFor({ timeout: NIGHT_MS });
  expect(polled).toBeLessThanOrEqual(1);
  await page.reload();
  await page.getByText("2 companies enriched and scored.").waitFor({ timeout: NIGHT_MS });
  await hasNoViolations(page);
  await page.getByRole("button", { name: "Show the list anew" }).click();
  await table.getByRole("row").nth(2).waitFor();

  await page.goto(`${inject("gateway")}/app/companies/${ids[0]}`);
  await page.getByText("Requests its enrichment now").waitFor();
}, 3 * NIGHT_MS);

test("more than the day allows is refused in words, and nothing is lost", async () => {
  await page.route(/\/enrichments$/, (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      json: { type: "about:blank", title: "Cap of the day", status: 409, detail: "0 more of the day's 200 companies may be enriched on request." },
    }),
  );
  await manyLeads(page, 300);
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  await table.getByRole("checkbox", { name: "Select the first 200" }).check();
  await page.getByText("200 selected").waitFor();
  expect(await table.getByRole("checkbox", { name: "Select COMPANY 0 PTE. LTD." }).isChecked()).toBe(true);
  await page.getByRole("region", { name: "Leads" }).evaluate((it) => it.scrollTo({ top: 205 * 60 }));
  await table.getByRole("checkbox", { name: "Select COMPANY 205 PTE. LTD." }).check();
  await page.getByRole("button", { name: "Enrich at most 200" }).and(page.locator(":disabled")).waitFor();
  await table.getByRole("checkbox", { name: "Select COMPANY 205 PTE. LTD." }).uncheck();
  await page.getByRole("button", { name: "Enrich now" }).click();
  await page.getByRole("alert").getByText("0 more of the day's 200 companies").waitFor();
  await hasNoViolations(page);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
});

test("the real leads are listed best first, and columns can be hidden", async () => {
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  await table.getByRole("row").nth(5).waitFor();
  const scores = (await table.getByRole("row").allTextContents()).slice(1).map((text) => Number(/\d\.\d\d/.exec(text)?.[0]));
  expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  await hasNoViolations(page);
  await keep(page, "scores");
  await table.getByRole("button", { name: /^Origin of/ }).first().click();
  const origin = page.getByRole("dialog");
  await origin.getByText(/^Its score is \d\.\d\d: /).waitFor();
  for (const question of ["Why is it here?", "Where is it from?", "What did it cost?"]) await origin.getByRole("heading", { name: question }).waitFor();
  await origin.getByText("the register (ACRA)").waitFor();
  await hasNoViolations(page);
  await page.keyboard.press("Escape");
  await origin.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Why" }).click();
  await page.keyboard.press("Escape");
  await table.getByRole("columnheader", { name: "Why" }).waitFor({ state: "detached" });
  await page.reload();
  await table.getByRole("row").nth(5).waitFor();
  expect(await table.getByRole("columnheader", { name: "Why" }).count()).toBe(0);
});

test("leads are filtered by the address, and the filter's rows are saved as CSV", async () => {
  await untilNightIsOver(page);
  await go("Scores");
  const table = page.getByRole("table", { name: "Leads" });
  await table.getByRole("row").nth(3).waitFor();
  await page.getByLabel("Bucket").selectOption("High");
  await page.waitForURL(/bucket=High/);
  await page.waitForFunction(() => [...document.querySelectorAll('[role="row"]')].slice(1).every((row) => row.textContent?.includes("High")));
  const name = (await table.getByRole("link").first().textContent()) ?? "";
  await page.getByLabel("Name begins with").fill(name);
  await page.waitForURL(/q=/);
  await page.getByText("1 row", { exact: true }).waitFor();
  await page.reload();
  await table.getByRole("link", { name }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  expect((await readFile(await (await saved).path(), "utf8")).trim().split("\n")).toHaveLength(2);
  await page.getByLabel("Name begins with").fill("zzzz no such name");
  await page.getByRole("heading", { name: "No lead matches" }).waitFor();
  await hasNoViolations(page);
}, 2 * NIGHT_MS);

test("without a connection a list says so, and is there again with the connection", async () => {
  await page.route(/\/scores\/latest/, (route) => route.abort("internetdisconnected"));
  await go("Scores");
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await hasNoViolations(page);
  await page.unroute(/\/scores\/latest/);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("table", { name: "Leads" }).waitFor();
});
