/** Every view of every role: in light and dark, on a small screen, refused by the gateway, and without a connection. */
import { expect, inject, test } from "vitest";

import { context, eachOnItsOwnPage, hasNoViolations, NIGHT_MS, page, PATIENCE_MS, tooWide, untilNightIsOver } from "./browser";

eachOnItsOwnPage();

type Who = "signIn" | "admin" | "operator";
/** Each view's path, its heading, and what it asks the gateway for. */
type View = [path: string, heading: string, asks: RegExp];

const VIEWS: Record<Who, View[]> = {
  signIn: [
    ["shortlist", "Shortlist", /:\d+\/shortlist$/],
    ["scores", "Scores", /\/scores\/latest/],
    ["candidates", "Candidates", /\/candidates\/latest/],
    ["icp", "Ideal customer", /:\d+\/icp$/],
    ["jobs", "Jobs", /:\d+\/jobs\?/],
    ["metrics", "Metrics", /\/metrics\/summary$/],
  ],
  admin: [
    ["odoo", "Odoo", /:\d+\/odoo$/],
    ["access", "Users and keys", /:\d+\/users$/],
  ],
  operator: [
    ["nights", "Nights", /\/admin\/runs/],
    ["dead-letters", "Dead letters", /\/admin\/dead-letters\/groups$/],
  ],
};
const ALL = Object.entries(VIEWS).flatMap(([who, views]) => views.map((view) => [who as Who, ...view] as const));

async function show(who: Who, path: string, heading: string): Promise<void> {
  await page.goto(inject(who));
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  await page.goto(`${inject("gateway")}/app/${path}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}

async function isLoaded(): Promise<void> {
  await page.waitForFunction(() => document.querySelector('#view [role="status"][aria-label*="loading"]') === null);
}

async function inEachLook(): Promise<void> {
  for (const [colorScheme, width] of [
    ["light", 1440],
    ["dark", 360],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.waitForFunction((isDark) => document.documentElement.classList.contains("dark") === isDark, colorScheme === "dark");
    // charts follow the window's size a moment later
    await expect.poll(() => tooWide(page), { message: `${width} px`, timeout: PATIENCE_MS }).toEqual([]);
    await hasNoViolations(page);
  }
}

test.each(ALL)("%s: %s is accessible, in light and, on a small screen that it fits, in the dark", async (who, path, heading) => {
  await show(who, path, heading);
  if (who === "signIn") {
    await untilNightIsOver(page);
    await page.goto(`${inject("gateway")}/app/${path}`);
  }
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  await isLoaded();
  await inEachLook();
}, 2 * NIGHT_MS);

test("a company's page is accessible, in light and, on a small screen that it fits, in the dark", async () => {
  await show("signIn", "scores", "Scores");
  await page.getByRole("table", { name: "Leads" }).getByRole("link").first().click();
  await page.getByRole("heading", { name: "Why this score" }).waitFor();
  await isLoaded();
  await inEachLook();
}, NIGHT_MS);

test.each(ALL)("%s: %s says in words that the gateway refuses it", async (who, path, heading, asks) => {
  await page.route(asks, (route) =>
    route.fulfill({
      status: 403,
      contentType: "application/problem+json",
      json: { type: "about:blank", title: "Role required", status: 403, detail: "Your role may not see this." },
    }),
  );
  await show(who, path, heading);
  const alert = page.getByRole("alert").filter({ hasText: "Your role may not see this." });
  await alert.waitFor();
  const again = alert.getByRole("button", { name: "Try again" });
  await again.waitFor();
  await page.unroute(asks);
  const isGone = alert.waitFor({ state: "detached" });
  await Promise.any([again.click(), isGone]); // a view that asks again by itself may be faster
  await isGone;
});

test("without a connection the page says so, and says so no more once it is back", async () => {
  await show("signIn", "scores", "Scores");
  await context.setOffline(true);
  const offline = page.getByRole("status").filter({ hasText: "You are offline" });
  await offline.waitFor();
  await hasNoViolations(page);
  await context.setOffline(false);
  await offline.waitFor({ state: "detached" });
});

test("the command palette reaches every view by keyboard alone", async () => {
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  for (const [, heading] of VIEWS.signIn) {
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Commands" }).waitFor();
    await page.keyboard.type(heading);
    await page.getByRole("option", { name: heading, exact: true, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  }
});
