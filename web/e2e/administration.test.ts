/** What an admin and an operator do: the ideal customer, jobs, nights, users and keys, and the figures. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, inject, test } from "vitest";

import { eachOnItsOwnPage, hasNoViolations, keep, NIGHT_MS, page, PATIENCE_MS, untilNightIsOver } from "./browser";

eachOnItsOwnPage();

async function signIn(as: "signIn" | "admin" | "operator", view: string): Promise<void> {
  await page.goto(inject(as));
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
  await page.getByRole("heading", { level: 1, name: view }).waitFor();
}

test("the ideal customer is shown with its titles, and what is no industry is refused in words", async () => {
  await signIn("signIn", "Ideal customer");
  const industries = page.getByRole("textbox", { name: "Industries" });
  await industries.waitFor();
  await page.getByRole("list", { name: "These codes mean" }).getByRole("listitem").first().waitFor();
  await hasNoViolations(page);
  const before = await industries.inputValue();
  await industries.fill("zzz no industry");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText(/names no industry/).waitFor();
  await industries.fill(before);
  await page.getByRole("textbox", { name: "Technologies" }).fill("Shopify, WordPress");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => document.querySelector('[role="alert"]') === null);
  await page.reload();
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "Shopify, WordPress"));
});

test("matches are counted while the ideal customer is edited, and a count that comes late is never shown", async () => {
  await signIn("signIn", "Ideal customer");
  const matches = page.getByRole("status", { name: "Matches" });
  await matches.getByText(/ of the register match|Too many/).waitFor();
  const late: (() => void)[] = [];
  await page.route(/\/icp\/preview$/, async (route) => {
    if (!route.request().postData()?.includes("Bakeries")) return route.continue();
    await new Promise<void>((resolve) => late.push(resolve));
    await route.fulfill({ json: { matches: 4711, has_more: false, not_counted: [], titles: {} } }).catch(() => undefined); // aborted
  });
  const industries = page.getByRole("textbox", { name: "Industries" });
  const aborted = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/icp/preview"));
  await industries.fill("Bakeries");
  await expect.poll(() => late.length, { timeout: PATIENCE_MS }).toBe(1);
  await industries.fill("");
  await page.getByRole("textbox", { name: "Postal districts" }).fill("");
  for (const age of ["Age from, in years", "Age to, in years"]) await page.getByRole("spinbutton", { name: age }).fill("");
  await aborted;
  late[0]!();
  await matches.getByText(/^Without an industry/).waitFor();
  expect(await matches.getByText("4,711").count()).toBe(0);
  await page.getByRole("spinbutton", { name: "Employees from" }).fill("5");
  await industries.fill("zzz no industry");
  await matches.getByText(/names no industry/).waitFor();
  await hasNoViolations(page);
});

test("a job's progress comes by its stream, which is taken up where it broke", async () => {
  await page.goto(inject("signIn"));
  await untilNightIsOver(page); // it executes the jobs that wait
  const token = new URL(inject("signIn")).hash.replace("#token=", "");
  const api = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${inject("gateway")}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    return (await answer.json()) as Record<string, unknown>;
  };
  const { job_id: id } = await api("POST", "/jobs/staging_upsert", { terms: ["Wholesale"] });
  await expect.poll(async () => (await api("GET", "/jobs")).items as { job_id: string }[], { timeout: PATIENCE_MS }).toContainEqual(expect.objectContaining({ job_id: id }));
  const job = await api("GET", `/jobs/${id}`);
  const state = `${job.status}.${job.processed}.${job.total}`;
  const resumedAt: (string | undefined)[] = [];
  let isFirst = true;
  await page.route(`**/jobs/${id}/events`, (route) => {
    resumedAt.push(route.request().headers()["last-event-id"]);
    if (!isFirst) return route.continue();
    isFirst = false; // the first stream breaks after one state
    return route.fulfill({ contentType: "text/event-stream", body: `id: ${state}\nevent: progress\ndata: ${JSON.stringify(job)}\n\n` });
  });
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Jobs" }).click();
  const card = page.locator(`[data-job="${String(id)}"]`);
  await card.getByRole("heading", { name: "Wholesale" }).waitFor();
  await expect.poll(() => resumedAt.length, { timeout: PATIENCE_MS }).toBeGreaterThan(1);
  expect(resumedAt.slice(0, 2)).toEqual([undefined, state]);
  await page.route(/\/jobs\?/, () => undefined); // from now on the list does not answer: the stream alone has news
  await api("DELETE", `/jobs/${id}`);
  await card.getByText("Cancelled", { exact: true }).waitFor();
}, 2 * NIGHT_MS);

test("a job is listed, and cancelled", async () => {
  await page.goto(inject("signIn"));
  await untilNightIsOver(page); // it executes the jobs that wait
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Chat" }).click();
  await page.getByRole("textbox", { name: "Message" }).fill("Retail");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText(/nightly processing/).waitFor();
  await page.getByRole("link", { name: "All jobs" }).click();
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
  const cancel = page.getByRole("button", { name: /^Cancel job/ }).first();
  await cancel.waitFor();
  await hasNoViolations(page);
  await cancel.click();
  await page.getByText("Cancelled", { exact: true }).and(page.locator("span")).first().waitFor();
}, 2 * NIGHT_MS);

test("an operator sees what a night did, stage by stage", async () => {
  await signIn("operator", "Nights");
  await page.getByText(/Demo, /).first().waitFor();
  await page.getByRole("listitem").filter({ hasText: /Demo, / }).getByText(/compan(y|ies) (scored|being|on the way|waits?)/).first().waitFor({ timeout: NIGHT_MS });
  await hasNoViolations(page);
  await keep(page, "nights");
  await page.getByLabel("Status").selectOption("failed");
  await page.getByText("No night with the status “Failed”").waitFor();
  await page.getByLabel("Status").selectOption("");
  await page.getByRole("button", { name: "What happened" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByRole("heading", { level: 2 }).waitFor();
  await hasNoViolations(page);
}, 2 * NIGHT_MS);

test("an operator retries a dead letter, after a dry run, with the reason why", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  execFileSync(".venv/bin/python", ["web/e2e/dead_letter.py", inject("database")], { cwd: root });
  await signIn("operator", "Dead letters");
  const letter = page.getByRole("listitem").filter({ hasText: "put here by a test" }).first();
  await letter.waitFor();
  await letter.getByRole("button", { name: "Show them" }).click();
  await letter.getByText(/handler not recorded/).waitFor();
  await hasNoViolations(page);
  await letter.getByRole("button", { name: /^Retry it/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("1 letter would be retried.").waitFor();
  await hasNoViolations(page);
  await dialog.getByRole("textbox", { name: "Why, for the record" }).fill("tried in the browser");
  await dialog.getByRole("button", { name: "Retry" }).click();
  await page.getByText(/^1 letter opened again/).waitFor();
});

test("an admin adds a user and makes a key, which is shown once; a rep is offered neither", async () => {
  await signIn("admin", "Users and keys");
  await page.getByRole("textbox", { name: "The user's name at the sign-in" }).fill("ann@demo.example");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("combobox", { name: "Role of ann@demo.example" }).waitFor();
  await page.getByRole("textbox", { name: "What the key is for" }).fill("browser test");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText(/is not shown again/).waitFor();
  await hasNoViolations(page);
  await page.getByRole("button", { name: "Revoke browser test" }).first().click();
  await page.getByText("Revoked").first().waitFor();
  await page.getByRole("button", { name: "Remove ann@demo.example" }).click();
  await page.getByRole("combobox", { name: "Role of ann@demo.example" }).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(inject("signIn"));
  const views = page.getByRole("navigation", { name: "Views" });
  await views.getByRole("link", { name: "Shortlist" }).waitFor();
  expect(await views.getByRole("link", { name: /Users|Nights|Dead/ }).count()).toBe(0);
});

test("an admin sets the Odoo connection, whose key is never shown again, and has it checked", async () => {
  await signIn("admin", "Odoo");
  const address = page.getByRole("textbox", { name: "Address" });
  await address.fill("https://localhost");
  await page.getByRole("textbox", { name: "Database" }).fill("acme");
  await page.getByLabel("API key").fill("a-secret-key");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").waitFor();
  await address.fill("https://odoo.example.com");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Not checked yet.").waitFor();
  await hasNoViolations(page);
  await page.reload();
  await page.getByText("Leave it empty to keep the stored key.").waitFor();
  expect(await page.getByLabel("API key").inputValue()).toBe("");
  expect(await page.content()).not.toContain("a-secret-key");

  const settings = page.getByRole("form", { name: "New leads in Odoo" });
  await settings.getByLabel("Create as").selectOption("Opportunity");
  await settings.getByRole("textbox", { name: "Tags" }).fill("Leadgen, Night");
  await settings.getByRole("textbox", { name: "Sales team" }).fill("Sales");
  await settings.getByRole("checkbox", { name: "Stars by its bucket" }).check();
  await settings.getByRole("textbox", { name: "Fields that Leadgen always writes" }).fill("nonsense");
  await settings.getByRole("button", { name: "Save lead settings" }).click();
  await settings.getByRole("alert").waitFor();
  await settings.getByRole("textbox", { name: "Fields that Leadgen always writes" }).fill("company.website");
  await settings.getByRole("button", { name: "Save lead settings" }).click();
  await settings.getByText(/^Saved/).waitFor();
  await hasNoViolations(page);
  await page.reload();
  await settings.getByRole("textbox", { name: "Tags" }).waitFor();
  expect(await settings.getByLabel("Create as").inputValue()).toBe("opportunity");
  expect(await settings.getByRole("textbox", { name: "Tags" }).inputValue()).toBe("Leadgen, Night");
  expect(await settings.getByRole("checkbox", { name: "Stars by its bucket" }).isChecked()).toBe(true);
  expect(await settings.getByRole("textbox", { name: "Fields that Leadgen always writes" }).inputValue()).toBe("company.website");

  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("Odoo does not accept leads.").waitFor();
});

test("the first byte of a message is measured, reported and shown", async () => {
  await page.goto(inject("signIn"));
  const reported = page.waitForResponse((answer) => answer.url().endsWith("/metrics/ttfb"));
  await page.getByRole("textbox", { name: "Message" }).fill("Who should I call today?");
  await page.getByRole("button", { name: "Send" }).click();
  expect((await reported).ok()).toBe(true);
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Metrics" }).click();
  await page.getByRole("img", { name: /The latest 1 messages/ }).waitFor();
  await page.getByRole("heading", { name: "First byte of a chat" }).waitFor();
  await page.getByText(/^Leads scored$/).waitFor();
  await hasNoViolations(page);
  await keep(page, "metrics");
});

test("a user whose token names no tenant chooses one, which is sent from then on", async () => {
  const chosen: (string | undefined)[] = [];
  await page.route("**/me", (route) =>
    route.fulfill({
      json: {
        subject: "ann@example.com",
        source: "oidc token",
        tenant_id: null,
        role: null,
        tenants: [
          { tenant_id: 7, name: "Seven Traders", role: "viewer" },
          { tenant_id: 8, name: "Eight Makers", role: "admin" },
        ],
      },
    }),
  );
  await page.route(`${inject("gateway")}/icp`, (route) => {
    chosen.push(route.request().headers()["x-tenant-id"]);
    return route.fulfill({ json: { industries: [], titles: {} } });
  });
  await page.route(`${inject("gateway")}/icp/preview`, (route) =>
    route.fulfill({ json: { matches: 0, has_more: false, not_counted: [], titles: {} } }),
  );
  const claims = Buffer.from(JSON.stringify({ sub: "ann@example.com", exp: 4_000_000_000 })).toString("base64url");
  await page.goto(`${inject("gateway")}/app/icp#token=e30.${claims}.c2ln`);
  await page.getByRole("heading", { name: "Choose a tenant" }).waitFor();
  await hasNoViolations(page);
  await page.getByRole("button", { name: /Eight Makers/ }).click();
  await page.getByRole("heading", { level: 1, name: "Ideal customer" }).waitFor();
  await page.getByRole("textbox", { name: "Industries" }).waitFor();
  expect(chosen).toEqual(["8"]);
});
