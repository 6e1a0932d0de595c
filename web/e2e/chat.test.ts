/** A rep's first minutes: signing in, typing, ten companies that fill in, and coming back to them. */
import { beforeEach, expect, inject, test } from "vitest";

import { browser, eachOnItsOwnPage, hasNoViolations, keep, NIGHT_MS, open, page, PATIENCE_MS, tooWide, wrong } from "./browser";

eachOnItsOwnPage();
beforeEach(() => {
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) wrong.push(message.text());
  });
});

async function say(words: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(words);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Waits until every company of the last answer has its score. */
async function allScored(): Promise<void> {
  await page.getByRole("article").first().waitFor();
  await page.waitForFunction(() => {
    const cards = [...document.querySelectorAll("article")];
    return cards.length > 0 && cards.every((card) => card.querySelector("svg + span")?.textContent?.match(/\d/));
  });
}

test("the printed address signs the rep in, and the token leaves the address at once", async () => {
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  expect(page.url()).not.toContain("token");
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await page.reload();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  await page.getByRole("region", { name: "Leads to call first" }).getByRole("listitem").first().waitFor({ timeout: NIGHT_MS });
  await hasNoViolations(page);
  await keep(page, "welcome");
}, 2 * NIGHT_MS);

test("a viewer reads that the chat is not for viewers", async () => {
  await page.goto(inject("viewer"));
  await page.getByRole("heading", { name: "Viewers do not ask for companies" }).waitFor();
  await hasNoViolations(page);
  await page.getByRole("link", { name: "Open the shortlist" }).click();
  await page.getByRole("heading", { level: 1, name: "Shortlist" }).waitFor();
  expect(await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Chat" }).count()).toBe(0);
});

test("without a token, and with a wrong one, the page says how to sign in", async () => {
  await page.goto(`${inject("gateway")}/`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByRole("textbox", { name: "Access token" }).fill("nonsense");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await hasNoViolations(page);

  const claims = Buffer.from(JSON.stringify({ sub: "x", tenant_id: 1, exp: 4_000_000_000 })).toString("base64url");
  await page.getByRole("textbox", { name: "Access token" }).fill(`e30.${claims}.c2ln`);
  await page.getByRole("button", { name: "Sign in" }).click(); // the gateway refuses it, and says why
  await page.getByRole("alert").filter({ hasNotText: "That is not a token" }).waitFor();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("a message becomes companies with scores, reasons and contacts, which a reload keeps", async () => {
  await page.goto(inject("signIn"));
  await say("Food manufacturing");
  await page.getByText(/live companies/).waitFor();
  await allScored();
  const cards = page.getByRole("article");
  expect(await cards.count()).toBe(10);
  expect(await page.locator('article a[href^="mailto:"], article a[href^="tel:"]').count()).toBeGreaterThan(0);
  await page.getByText(/nightly processing/).waitFor();
  await page.getByText(/^Answered in/).waitFor();
  await hasNoViolations(page);
  await keep(page, "chat");

  const names = await cards.locator("h3").allTextContents();
  await page.reload();
  await allScored();
  expect(await cards.locator("h3").allTextContents()).toEqual(names);

  await page.getByRole("link", { name: /Why this score/ }).first().click();
  await page.getByRole("heading", { name: "Why this score" }).waitFor();
  await page.getByRole("heading", { level: 1, name: names[0] }).waitFor();
  await hasNoViolations(page);
  await keep(page, "company");
});

test("what is typed is resolved after a pause, and an answer that comes late is never shown", async () => {
  await page.goto(inject("signIn"));
  const box = page.getByRole("textbox", { name: "Message" });
  await box.waitFor();
  const asked: string[] = [];
  let release = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/industries\/resolve/, async (route) => {
    const words = new URL(route.request().url()).searchParams.get("q") ?? "";
    asked.push(words);
    if (words === "Logistics") await isHeld;
    await route.continue().catch(() => undefined); // it was aborted
  });
  const aborted = page.waitForEvent("requestfailed", (request) => request.url().includes("q=Logistics"));
  await box.pressSequentially("Logistics", { delay: 5 });
  await expect.poll(() => asked, { timeout: 60_000 }).toEqual(["Logistics"]);
  await box.fill("Hotels");
  await aborted;
  const shown = page.getByRole("status", { name: "Understood as" });
  await shown.getByText(/hotel/i).first().waitFor();
  release();
  await expect.poll(() => asked, { timeout: 60_000 }).toEqual(["Logistics", "Hotels"]);
  expect(await shown.getByText(/logistic|freight|warehous/i).count()).toBe(0);
});

test("a dropped connection is taken up again, and no score is missing", async () => {
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  let named = 0;
  let joined = 0;
  let pending: object[] = [];
  await page.route("**/runs/stream", async (route) => {
    // The gateway's whole answer up to the ten names: then the connection is gone.
    const answer = await route.fetch({ timeout: PATIENCE_MS });
    const text = await answer.text();
    const { id, content } = route.request().postDataJSON().input.messages[0];
    pending = [{ id, content, type: "human", run_id: /"run_id": "([^"]+)"/.exec(text)?.[1] }];
    named = JSON.parse(/^data: (.*"name": "head".*)$/m.exec(text)?.[1] ?? "").data.companies.length;
    const cut = text.lastIndexOf("event: custom", text.indexOf('"name": "company"'));
    await route.fulfill({ response: answer, body: text.slice(0, cut) });
  });
  await page.route(/\/agent\/threads\/[^/]{36}$/, async (route) => {
    if (joined > 0) return route.fallback();
    const answer = await route.fetch({ timeout: PATIENCE_MS }); // as it was while the reply went on
    await route.fulfill({ response: answer, json: { ...(await answer.json()), values: { messages: [] }, pending } });
  });
  await page.route(/\/runs\/[^/]+\/stream/, (route) => {
    joined += 1;
    return route.continue();
  });
  await say("Hotels");
  await allScored();
  expect(joined).toBeGreaterThan(0);
  expect(named).toBeGreaterThan(0);
  expect(await page.getByRole("article").count()).toBe(named);
});

test("a reload in the middle of a reply loses nothing of it", async () => {
  await page.goto(inject("signIn"));
  await say("Wholesale of machinery");
  await page.getByRole("article").first().waitFor();
  const named = await page.getByRole("article").count();
  await page.reload();
  await allScored();
  expect(await page.getByRole("article").count()).toBe(named);
  await page.getByText(/nightly processing|queued|upserted/i).first().waitFor();
});

test("a message that had not reached the gateway is sent after a reload", async () => {
  await page.goto(inject("signIn"));
  const tried = page.waitForRequest("**/runs/stream");
  await page.route("**/runs/stream", () => undefined); // it never gets there
  await say("Legal services");
  await tried;
  await page.getByText("Sending …").waitFor();
  await page.unroute("**/runs/stream");
  await page.reload();
  await page.getByText(/live companies|no industry/).first().waitFor();
});

test("a conversation is the same on another device, also under its new name", async () => {
  await page.goto(inject("signIn"));
  await say("Education");
  await allScored();
  await page.getByText(/^Answered in/).waitFor();
  const names = await page.getByRole("article").locator("h3").allTextContents();
  const [others, device] = await open(browser);
  await device.goto(inject("signIn"));
  const theirs = device.getByRole("navigation", { name: "Conversations" });
  await theirs.getByRole("link", { name: /^Education/ }).first().click();
  await device.getByRole("article").nth(names.length - 1).waitFor();
  expect(await device.getByRole("article").locator("h3").allTextContents()).toEqual(names);
  await hasNoViolations(device);
  await theirs.getByRole("button", { name: /^Options of Education/ }).first().click();
  await device.getByRole("menuitem", { name: "Rename" }).click();
  await device.getByRole("textbox", { name: "Name" }).fill("Schools to call");
  await device.getByRole("button", { name: "Save" }).click();
  await device.getByRole("heading", { level: 1, name: "Schools to call" }).waitFor();
  await others.close();
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Schools to call" }).waitFor();
});

test("a conversation that is not there says so, and one that cannot be read can be tried again", async () => {
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  await page.goto(`${inject("gateway")}/app/chat/00000000-0000-7000-8000-000000000000`);
  await page.getByRole("heading", { name: "There is no such conversation" }).waitFor();
  await hasNoViolations(page);
  await page.route(/\/agent\/threads\/[^/]{36}$/, (route) => route.abort("internetdisconnected"));
  await page.reload();
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await hasNoViolations(page);
});

test("a question is answered from the tenant's own leads", async () => {
  await page.goto(inject("signIn"));
  await say("Show my top leads");
  await page.getByText(/top|best|leads/i).and(page.locator(".whitespace-pre-line")).waitFor();
  await hasNoViolations(page);
});

test("conversations are found by their words, renamed and deleted", async () => {
  await page.goto(inject("signIn"));
  await say("nothing that is an industry zzz");
  await page.getByText(/found no industry/i).first().waitFor();
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("button", { name: /^Options of nothing/ }).first().click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Just words");
  await page.getByRole("button", { name: "Save" }).click();
  await list.getByRole("link", { name: /Just words/ }).waitFor();
  await list.getByRole("searchbox").fill("no such words");
  await list.getByText("No conversation has these words.").waitFor();
  await list.getByRole("searchbox").fill("zzz");
  await list.getByRole("button", { name: "Options of Just words" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await list.getByText("No conversation has these words.").waitFor();
});

test("it works on a small screen, in the dark, and by keyboard", async () => {
  const [small, narrow] = await open(browser, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await narrow.goto(inject("signIn"));
  await narrow.getByRole("textbox", { name: "Message" }).fill("Printing");
  await narrow.keyboard.press("Enter");
  await narrow.getByRole("article").first().waitFor();
  expect(await tooWide(narrow)).toEqual([]);
  await hasNoViolations(narrow);
  await keep(narrow, "small");
  await narrow.keyboard.press("Control+k");
  await narrow.getByRole("dialog", { name: "Commands" }).waitFor();
  await narrow.keyboard.type("Printing");
  await narrow.getByRole("option", { name: "Printing", exact: true }).waitFor();
  await hasNoViolations(narrow);
  await small.close();
});
