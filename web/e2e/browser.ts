/** The browser of the tests: Debian's chromium, or the one that CHROMIUM names. */
import AxeBuilder from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";

const SCREENSHOTS = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
/** The machine of the tests may be slow and busy: a condition is waited for, never a time. */
export const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 60_000);

export const NIGHT_MS = 240_000;

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

export async function open(browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-SG",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  return [context, page];
}

export let browser: Browser;
export let context: BrowserContext;
export let page: Page;
/** What went wrong in the test's page. */
export const wrong: string[] = [];

/** Gives each test of the file a page of its own, and fails one whose page has thrown. */
export function eachOnItsOwnPage(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    [context, page] = await open(browser);
    wrong.length = 0;
    page.on("pageerror", (error) => wrong.push(String(error)));
  });
  afterEach(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
}

/** Fails with each rule of WCAG 2.2 A and AA that the page breaks, and where. */
export async function hasNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const found = violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
  expect(found).toEqual([]);
}

/** Opens the shortlist and waits until the demo's night is over: before that, lists and jobs still change. */
export async function untilNightIsOver(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Shortlist" }).click();
  await page.getByRole("region", { name: "Shortlist" }).getByRole("article").nth(2).waitFor({ timeout: NIGHT_MS });
  await page.getByText("The night is still running").waitFor({ state: "detached", timeout: NIGHT_MS });
}

/** Keeps a picture for the documents, if SCREENSHOTS=1: other runs leave the checkout as it is. */
export async function keep(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== "1") return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}

/** Lists the elements that need scrolling sideways, other than those that are meant to. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("#view, #view *")]
      .filter((it) => it.scrollWidth > it.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(it).overflowX + getComputedStyle(it).overflowY))
      .filter((it) => !it.hasAttribute("data-scrolls-sideways"))
      .map((it) => `${it.tagName}.${it.className}`),
  );
}
