/**
 * How the page feels: the long tasks while 100,000 rows are scrolled through, and the time until the first look takes
 * input. It prints figures and judges none of them: on a busy machine the clock says little. The processor's time of a
 * task is what it would take on an idle one.
 */
import { loadavg } from "node:os";

import type { BrowserContext } from "playwright-core";
import { inject, test } from "vitest";

import { browser, eachOnItsOwnPage, open, page, PATIENCE_MS } from "./browser";
import { manyLeads, SCROLL_MS, scrollTo } from "./manyLeads";

eachOnItsOwnPage();

/** A trace of all rows would be too large. */
const [TOTAL, TRACED] = [100_000, 10_000];
const LOOKS = 7;
/** A task over the first is a long one, by the field's definition; tasks up to the second are not worth a word. */
const [LONG_MS, SHORT_MS] = [50, 5];

function summary(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => Math.round(sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)]!);
  return `${values.length}, median ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms`;
}

const rows = (number: number): string => `${number.toLocaleString("en")} rows`;

function say(line: string): void {
  console.log(`${line} (load ${loadavg()[0]!.toFixed(1)})`);
}

/** Durations of the tasks of the page's main thread, by the clock and by the processor's time. */
function tasksOf(trace: Buffer): { wall: number[]; cpu: number[] } {
  type Event = { name: string; ph: string; pid: number; tid: number; dur?: number; tdur?: number; args: { name?: string } };
  const { traceEvents: events } = JSON.parse(trace.toString()) as { traceEvents: Event[] };
  const threads = new Set(events.filter((it) => it.name === "thread_name" && it.args.name === "CrRendererMain").map((it) => `${it.pid} ${it.tid}`));
  const tasks = events.filter((it) => it.ph === "X" && it.name === "ThreadControllerImpl::RunTask" && threads.has(`${it.pid} ${it.tid}`));
  return { wall: tasks.map((it) => (it.dur ?? 0) / 1000), cpu: tasks.map((it) => (it.tdur ?? 0) / 1000) };
}

test("long tasks while a list of 100,000 rows is scrolled through", async () => {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => void tasks.push(...list.getEntries().map((it) => it.duration))).observe({ type: "longtask" });
  });
  await page.goto(inject("signIn"));
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  await manyLeads(page, TOTAL);
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Scores" }).click();
  await page.getByRole("link", { name: "Company 0 Pte. Ltd." }).waitFor();
  const observed = (): Promise<number[]> => page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  const before = (await observed()).length;
  const began = performance.now();
  await browser.startTracing(page, { categories: ["toplevel"] });
  await scrollTo(page, TRACED);
  const { wall, cpu } = tasksOf(await browser.stopTracing());
  await scrollTo(page, TOTAL);
  const tookS = (performance.now() - began) / 1000;
  say(`${rows(TOTAL)} scrolled through in ${tookS.toFixed(0)} s; tasks over ${LONG_MS} ms by the clock: ${summary((await observed()).slice(before))}`);
  say(`${rows(TRACED)} of them traced: ${wall.length} tasks, over ${LONG_MS} ms by the processor's time: ${summary(cpu.filter((it) => it > LONG_MS))}`);
  say(`tasks over ${SHORT_MS} ms by the processor's time: ${summary(cpu.filter((it) => it > SHORT_MS))}`);
}, 2 * SCROLL_MS);

type Look = { clock: number; processor: number };

/**
 * Loads the chat. Returns the milliseconds from the start of the navigation until it is drawn and takes input, and the
 * processor's time that the page's main thread has had for it.
 */
async function interactiveMs(its: BrowserContext): Promise<Look> {
  const look = await its.newPage();
  const session = await its.newCDPSession(look);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await look.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("textarea:not([disabled])")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => Object.assign(window, { interactiveAt: performance.now() })));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await look.goto(inject("signIn"));
  const at = await look.waitForFunction(() => (window as unknown as { interactiveAt?: number }).interactiveAt, undefined, { timeout: PATIENCE_MS });
  const clock = Number(await at.jsonValue());
  const { metrics } = await session.send("Performance.getMetrics");
  await look.close();
  return { clock, processor: 1000 * (metrics.find((it) => it.name === "TaskDuration")?.value ?? 0) };
}

test("time until the first look takes input", async () => {
  const [cold, warm]: [Look[], Look[]] = [[], []];
  for (let look = 0; look < LOOKS; look++) {
    const [its] = await open(browser);
    cold.push(await interactiveMs(its)); // nothing is in the browser's cache
    warm.push(await interactiveMs(its));
    await its.close();
  }
  for (const [kind, looks] of Object.entries({ cold, warm })) {
    say(`takes input, ${kind}, by the clock: ${summary(looks.map((it) => it.clock))}`);
    say(`takes input, ${kind}, by the main thread's processor time: ${summary(looks.map((it) => it.processor))}`);
  }
}, 2 * SCROLL_MS);
