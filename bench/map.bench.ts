/**
 * The map of a day of 5,000 databases and 200,000 conversations in headless Chromium: from asking for the page to the
 * first nodes on it, and from each of a reader's actions to the next picture. One line of JSON.
 *
 *     node bench/map.bench.ts [databases] [conversations] [runs]
 *
 * Bytes and marks are facts, and the program fails when they are beyond their limits. Times are milliseconds, median and
 * worst of the runs: `ms` by the clock, which counts what else the machine does, and, which do not, the processor time
 * that the page's own thread took (`cpuMs`) and that this process took, which is the server and drives the browser
 * (`serverCpuMs`).
 */
import type { AddressInfo } from "node:net";
import { brotliCompressSync } from "node:zlib";
import { serve } from "@hono/node-server";
import { type CDPSession, chromium, type Page } from "playwright-core";
import { MOST_MARKS } from "../src/core/map/traffic-map.ts";
import { workAhead } from "../src/core/map/work-ahead.ts";
import { mapApp } from "../src/entry/web/map-app.ts";
import { SERVED_PAGE, uiAssets } from "../src/entry/web/ui-assets.ts";
import { findChromium } from "../test/support/chromium.ts";
import { mapEstate } from "./map-estate.ts";

const MOST_BYTES = 300_000;

const [databases = 5_000, conversations = 200_000, runs = 7] = process.argv.slice(2).map(Number);
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("needs Chromium: apt-get install chromium");

const assets = await uiAssets();
const data = mapEstate({ databases, conversations });
// As moat map does when it has read them.
await new Promise<void>((done) => {
  let pending = 0;
  workAhead(data, (piece) => {
    pending += 1;
    setImmediate(() => {
      piece();
      pending -= 1;
      if (pending === 0) done();
    });
  });
});
const hosts = new Set<string>();
let viewBytes = 0;
const app = mapApp({ assets, data: async () => data, explain: async () => undefined, hosts });
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
await new Promise((resolve) => server.once("listening", resolve));
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
hosts.add(host);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** Opens the page, until the first nodes are painted. */
async function load(): Promise<{ readonly page: Page; readonly session: CDPSession; readonly cost: Cost }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const served = process.cpuUsage();
  page.on("response", (answer) => {
    if (answer.url().includes("/api/"))
      void answer.body().then(
        ({ length }) => {
          viewBytes = Math.max(viewBytes, length);
        },
        () => undefined,
      );
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`http://${host}/`);
  await page.waitForSelector(".node");
  const ms = await page.evaluate<number>(
    "new Promise((r) => requestAnimationFrame(() => setTimeout(() => r(performance.now()))))",
  );
  const cost = { ms, serverCpuMs: workedHere(served), cpuMs: (await worked(session)) * 1_000 };
  return { page, session, cost };
}

/** A reader looks before the first action; the page uses that time to work ahead. */
const LOOKING = 1_500;

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly serverCpuMs: number;
}

/** Milliseconds of processor time of this process since then. */
function workedHere(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

/** Seconds of processor time that the page's thread has worked. */
async function worked(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

/** What it costs from an action in the page until the picture after it is painted. */
async function acted(page: Page, session: CDPSession, action: string): Promise<Cost> {
  const before = await worked(session);
  const served = process.cpuUsage();
  const ms = await page.evaluate<number>(`new Promise((resolve) => {
    const start = performance.now();
    ${action};
    const painted = () => requestAnimationFrame(() => setTimeout(() => {
      // Until then the picture is the one before.
      if (document.querySelector("main[aria-busy=true]") !== null) painted();
      else resolve(performance.now() - start);
    }));
    painted();
  })`);
  const serverCpuMs = workedHere(served);
  return { ms, serverCpuMs, cpuMs: ((await worked(session)) - before) * 1_000 };
}

const press = (selector: string): string => `document.querySelector(${JSON.stringify(selector)}).click()`;
const button = (words: string): string =>
  `[...document.querySelectorAll("button")].find((b) => b.textContent.trim().startsWith(${JSON.stringify(words)})).click()`;
const typed = (text: string): string =>
  `(() => { const box = document.querySelector("input[type=search]"); box.value = ${JSON.stringify(text)}; box.dispatchEvent(new Event("input", { bubbles: true })); })()`;

const menu = (name: string): string =>
  `[...document.querySelectorAll(".menu")].find((m) => m.textContent.startsWith(${JSON.stringify(name)})).querySelector("button").click()`;

/** What a reader does, in this order; every step but the last undoes what stood in the way of the next. */
const ACTIONS: Readonly<Record<string, string>> = {
  openMenu: menu("Consumers by"),
  group: button("loc"),
  ungroup: button("loc"),
  closeMenu: menu("Consumers by"),
  drill: press(".node.consumer .drill"),
  undrill: press(".node.consumer .drill"),
  drillDatabase: press(".node.database:not(.rest) .drill"),
  filter: button("Would lose access"),
  unfilter: button("Would lose access"),
  search: typed("app=app-7"),
  unsearch: typed(""),
  select: press(".node.database .name"),
  table: button("Table"),
  map: button("Map"),
  view: button("Reported"),
};

const costs: Record<string, Cost[]> = { firstView: [] };
let marks = 0;
for (let run = 0; run < runs; run += 1) {
  const { page, session, cost } = await load();
  costs.firstView?.push(cost);
  await page.waitForTimeout(LOOKING);
  for (const [name, action] of Object.entries(ACTIONS)) {
    costs[name] ??= [];
    costs[name].push(await acted(page, session, action));
    marks = Math.max(marks, await page.locator(".node, .link").count());
  }
  await page.close();
}
await browser.close();
server.close();

const bytes = brotliCompressSync(SERVED_PAGE + assets.script + assets.style).length;
const figuresOf = (of: keyof Cost) =>
  Object.fromEntries(
    Object.entries(costs).map(([name, all]) => {
      const sorted = all.map((cost) => Math.round(cost[of])).toSorted((a, b) => a - b);
      return [name, { median: sorted[sorted.length >> 1], worst: sorted.at(-1) }];
    }),
  );
console.log(
  JSON.stringify({
    benchmark: "map",
    databases,
    conversations,
    runs,
    bytes,
    mostViewBytes: viewBytes,
    marks,
    ms: figuresOf("ms"),
    cpuMs: figuresOf("cpuMs"),
    serverCpuMs: figuresOf("serverCpuMs"),
  }),
);
if (bytes > MOST_BYTES) throw new Error(`The page weighs ${bytes} bytes`);
if (marks > MOST_MARKS) throw new Error(`The page drew ${marks} marks`);
