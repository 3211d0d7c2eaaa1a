import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findChromium } from "../support/chromium.ts";
import { describeWith } from "../support/describe-with.ts";
import { draftRule } from "../support/draft-rule.ts";
import { moat, startMoatSandbox } from "../support/moat-process.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";
import { type ServedMap, startMap } from "../support/served-map.ts";

const SHOTS = join(import.meta.dirname, "..", "results", "map");
const POLICY = readFileSync(join(import.meta.dirname, "../../examples/orders/policy.yaml"), "utf8");
/** Where the orders database answers in the sample company. */
const ORDERS = "10.20.9.20";
const FIELDS = "version srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
/** Without the rule of the nightly batch. */
const EDITED = POLICY.replace(/\n {6}- description: nightly batch uses the orders database\n.*\n.*\n/, "\n");

describeWith(
  { name: "Chromium", found: findChromium(), fix: "apt-get install chromium" },
  "the served map",
  (executablePath) => {
    let folder: string;
    let browser: Browser;
    let map: ServedMap;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "moat-map-served-"));
      mkdirSync(SHOTS, { recursive: true });
      writeSampleFlowLogs(join(folder, "flows"));
      writeFileSync(join(folder, "edited.yaml"), EDITED);
      const sources = ["--aws", "sandbox", "--flows", join(folder, "flows")];
      map = await startMap([...sources, "--every", "1"]);
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });

    afterAll(async () => {
      await browser?.close();
      await map?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const problems: string[] = [];
    async function open(
      url: string,
      fragment = "",
      options: Parameters<Browser["newPage"]>[0] = {},
    ): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (each) => {
        if (!/^(?:http:\/\/127\.0\.0\.1:|blob:|data:)/.test(each.url())) problems.push(each.url());
      });
      await page.goto(`${url}#${fragment}`);
      await page.waitForSelector("main");
      return page;
    }

    it("shows what an edited policy file would change, and who would lose access", async () => {
      const page = await open(map.url);
      await page.getByRole("button", { name: "What if" }).click();
      await page.getByLabel("Try a policy file").setInputFiles(join(folder, "edited.yaml"));
      const section = page.getByRole("region", { name: "What if" });
      await section.waitFor();
      expect(await section.textContent()).toContain(
        "What if edited.yaml came into force: 1 connection would lose",
      );
      expect(await section.textContent()).toMatch(
        /batch-1 \(10\.20\.\d+\.\d+\) → orders:3306 last let in 2026/,
      );
      expect(await page.locator(".link.loses").count()).toBe(1);
      expect(await page.getByRole("button", { name: "Difference" }).getAttribute("aria-pressed")).toBe(
        "true",
      );
      await page.screenshot({ path: join(SHOTS, "what-if.png"), fullPage: true });
      await page.getByRole("button", { name: "Back to the policy in force" }).click();
      await section.waitFor({ state: "detached" });
      expect(await page.locator(".link.loses").count()).toBe(0);
      expect(readFileSync(join(folder, "edited.yaml"), "utf8")).toBe(EDITED);
      await page.close();
    });

    it("takes a file that is dropped on it, and says in which line one is wrong", async () => {
      const page = await open(map.url);
      const drop = (text: string) =>
        page.evaluate(`(() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([${JSON.stringify(text)}], "dropped.yaml"));
          for (const name of ["dragover", "drop"])
            document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
        })()`);
      await drop(EDITED.replace("consumers: role=reporting", "consumers: role=reporters"));
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toMatch(/Line \d+: .*reporters/);
      await drop(EDITED);
      await page.getByText("What if dropped.yaml came into force").waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      await page.close();
    });

    it("explains a link by the rule that allows it, and what would allow another", async () => {
      const page = await open(map.url, "consumers=&databases=");
      await page.getByRole("button", { name: /^web-1 to orders: allowed/ }).click();
      await page.getByRole("heading", { name: "Why it is allowed" }).waitFor();
      const chain = await page.locator(".panel").textContent();
      for (const word of [
        "web-1, matched by role=web",
        "web servers use the orders database (orders production, scope app=orders",
        "orders database, matched by role=database",
        "Group rules",
        "Seen in flow logs",
      ]) {
        expect(chain).toContain(word);
      }
      await page.getByRole("button", { name: /^10\.20\.1\.99 to ledger: blocked/ }).click();
      await page.getByRole("heading", { name: "What would allow it" }).waitFor();
      await page.screenshot({ path: join(SHOTS, "explained.png") });
      await page.close();
    });

    it.each(["light", "dark"] as const)(
      "has menus, panels and drafts that everybody can use: %s",
      async (colorScheme) => {
        const page = await open(map.url, "consumers=&databases=", { bypassCSP: true, colorScheme });
        const violations = async (): Promise<unknown> => {
          await page.evaluate(axe.source);
          return page.evaluate(
            "axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))",
          );
        };
        for (const menu of ["Consumers by", "Seen between", "What if", "Export"]) {
          await page.getByRole("button", { name: menu }).click();
          expect([menu, await violations()]).toEqual([menu, []]);
          await page.keyboard.press("Escape");
          expect(await page.getByRole("group", { name: menu }).count()).toBe(0);
        }
        await page.getByRole("button", { name: /^10\.20\.1\.99 to ledger: blocked/ }).click();
        await page.getByRole("heading", { name: "What would allow it" }).waitFor();
        expect(await violations()).toEqual([]);
        await page.locator(".node.database .name", { hasText: "ledger" }).click();
        await page
          .getByRole("heading", { name: "Plan", exact: true })
          .or(page.getByRole("heading", { name: "Refused" }))
          .waitFor();
        expect(await violations()).toEqual([]);
        await page.getByRole("button", { name: "What if" }).click();
        await page.getByLabel("Try a policy file").setInputFiles(join(folder, "edited.yaml"));
        await page.getByRole("region", { name: "What if" }).waitFor();
        expect(await violations()).toEqual([]);
        await page.close();
      },
    );

    it("groups by any label key, in the order in which keys are chosen", async () => {
      const page = await open(map.url, "consumers=&databases=");
      await page.getByRole("button", { name: "Consumers by each workload" }).click();
      const keys = page.getByRole("group", { name: "Consumers by" });
      await keys.getByRole("button", { name: "loc" }).click();
      await keys.getByRole("button", { name: "role" }).click();
      await page.locator(".node.consumer", { hasText: "eu-west-1 · web" }).waitFor();
      expect(await page.evaluate("location.hash")).toContain("consumers=loc%2Crole");
      await page.getByRole("searchbox").click();
      expect(await keys.count()).toBe(0);
      await page.getByRole("button", { name: "Open eu-west-1 · web" }).click();
      await page.getByRole("button", { name: "Open web-1" }).click();
      await page.locator(".node.address", { hasText: "10.20.1.11" }).waitFor();
      await page.close();
    });

    it("tells of a database what is known of it", async () => {
      const page = await open(map.url, "databases=");
      await page.locator(".node.database .name", { hasText: "orders-dev" }).click();
      // What the server knows comes a moment after the panel.
      await page.locator(".panel", { hasText: "Mode" }).waitFor();
      const facts = await page.locator(".panel").textContent();
      for (const word of [
        "Mode",
        "Reachable now",
        "Under policy",
        "Rules of quota",
        "Flow logs",
        "Likely open",
      ]) {
        expect(facts).toContain(word);
      }
      await page.screenshot({ path: join(SHOTS, "database.png") });
      await page.locator(".node.database .name", { hasText: "ledger" }).click();
      await page.getByRole("heading", { name: "Loses access when the plan is carried out" }).waitFor();
      expect(await page.locator(".panel").textContent()).toMatch(
        /10\.20\.1\.99: what it has open (lives on|is cut)/,
      );
      await page.close();
    });

    it.each([
      { name: "CSV", start: "consumer,workload," },
      { name: "JSON", start: '{\n  "version": 1' },
      { name: "Mermaid", start: "flowchart LR" },
      { name: "DOT", start: "digraph moat {" },
      { name: "SVG", start: "<svg " },
      { name: "PNG", start: "\u0089PNG" },
    ])("exports $name", async ({ name, start }) => {
      const page = await open(map.url);
      await page.getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `${name} ` }).click(),
      ]);
      const saved = join(folder, download.suggestedFilename());
      await download.saveAs(saved);
      const text = readFileSync(saved, "latin1");
      expect(text.startsWith(start)).toBe(true);
      expect(text.length).toBeGreaterThan(name === "PNG" ? 10_000 : 500);
      await page.close();
    });

    it("gets a picture and not the flows, and it is the one that a saved page draws", async () => {
      const fragments = ["", "consumers=&databases=", "shape=table&search=role%3Dweb"];
      const saved = join(folder, "saved.html");
      const args = ["map", "--aws", "sandbox", "--flows", join(folder, "flows"), "--out", saved];
      expect((await runCli(args)).code).toBe(0);
      for (const fragment of fragments) {
        const [served, alone] = [await open(map.url, fragment), await browser.newPage()];
        await alone.setViewportSize({ width: 1280, height: 800 });
        await alone.goto(`file://${saved}#${fragment}`);
        await alone.waitForSelector("main");
        const drawn = (page: Page) =>
          page.evaluate<string>(
            "document.querySelector('main').innerHTML + document.querySelector('.legend').textContent",
          );
        await expect.poll(async () => (await drawn(served)) === (await drawn(alone))).toBe(true);
        expect((await drawn(alone)).length).toBeGreaterThan(1_000);
        await Promise.all([served.close(), alone.close()]);
      }
    });

    it("shows new flows without being loaded anew", async () => {
      const page = await open(map.url, "consumers=&databases=");
      await page.evaluate("window.stayed = true");
      expect(await page.locator(".node.consumer", { hasText: "10.20.1.200" }).count()).toBe(0);
      await page.getByRole("button", { name: "Live" }).click();
      await page.getByText("Following new flows").waitFor();
      writeFileSync(
        join(folder, "flows", "later.log"),
        `${FIELDS}\n2 10.20.1.200 ${ORDERS} 40000 3306 6 3 180 1767610800 1767610860 ACCEPT OK\n`,
      );
      await page.locator(".node.consumer", { hasText: "10.20.1.200" }).waitFor();
      expect(await page.evaluate("window.stayed")).toBe(true);
      const news = page.locator(".news");
      await expect.poll(() => news.textContent()).toMatch(/^New flows at \d+:\d\d.*Last look \d+:\d\d/);
      const before = await news.locator(".looked").textContent();
      await expect.poll(() => news.locator(".looked").textContent(), { timeout: 5_000 }).not.toBe(before);
      expect(await news.locator("output").textContent()).toMatch(/^New flows at /);
      appendFileSync(
        join(folder, "flows", "later.log"),
        `2 10.20.1.201 ${ORDERS} 40001 3306 6 3 180 1767610900 1767610960 ACCEPT OK\n`,
      );
      await page.locator(".node.consumer", { hasText: "10.20.1.201" }).waitFor();
      await page.locator(".link[aria-label^='10.20.1.200 to orders']").waitFor();
      expect(
        await page.locator(".link[aria-label^='10.20.1.200 to orders']").getAttribute("aria-label"),
      ).toContain("ACCEPT, 1 record,");
      await page.close();
    });

    it("follows a history that grows, without flow logs", async () => {
      const history = ["--aws", "sandbox", "--history", join(folder, "history")];
      const ingest = async (...logs: readonly string[]): Promise<void> => {
        expect((await runCli(["history", "ingest", ...logs, ...history])).code).toBe(0);
      };
      await ingest(join(folder, "flows", "AWSLogs"));
      const kept = await startMap([...history, "--every", "1"]);
      const page = await open(kept.url, "consumers=&databases=");
      expect(await page.locator(".node.consumer", { hasText: "web-1" }).count()).toBe(1);
      expect(await page.locator(".node.consumer", { hasText: "10.20.1.202" }).count()).toBe(0);
      await page.getByRole("button", { name: "Live" }).click();
      await page.getByText("Following new flows").waitFor();
      const fresh = join(folder, "fresh.log");
      writeFileSync(
        fresh,
        `${FIELDS}\n2 10.20.1.202 ${ORDERS} 40000 3306 6 3 180 1767614400 1767614460 ACCEPT OK\n`,
      );
      await ingest(fresh);
      await page.locator(".node.consumer", { hasText: "10.20.1.202" }).waitFor();
      await page.locator(".node.database .name", { hasText: /^orders\d/ }).click();
      await page.getByText(/^logs for \d+ of \d+ hours?/).waitFor();
      await page.close();
      await kept.stop();
    });

    it("shows only the part of the logs that was chosen", async () => {
      const page = await open(map.url, "consumers=&databases=");
      const all = await page.locator(".link").count();
      await page.getByRole("button", { name: "Seen between All of the logs" }).click();
      await page.getByLabel("To (UTC)").fill("2026-01-05T09:01");
      await expect.poll(() => page.locator(".link").count()).toBeLessThan(all);
      expect(await page.evaluate("location.hash")).toContain("to=1767603660");
      await page.getByRole("button", { name: "All of the logs", exact: true }).click();
      await expect.poll(() => page.locator(".link").count()).toBe(all);
      await page.close();
    });

    it("sorts the table by click and by keyboard, and the address keeps it", async () => {
      const page = await open(map.url, "shape=table&consumers=&databases=");
      const column = (at: number) => page.locator(`tbody td:nth-child(${at})`).allTextContents();
      const head = (name: string) => page.getByRole("columnheader", { name });
      const byDefault = await column(1);
      await head("Consumer").getByRole("button").click();
      expect(await head("Consumer").getAttribute("aria-sort")).toBe("ascending");
      await expect.poll(() => column(1)).toEqual(byDefault.toSorted());
      await head("Consumer").getByRole("button").focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => column(1)).toEqual(byDefault.toSorted().toReversed());
      expect(await page.evaluate("location.hash")).toContain("sort=-consumer");
      await page.keyboard.press("Enter");
      await expect.poll(() => column(1)).toEqual(byDefault);
      expect(await page.evaluate("location.hash")).not.toContain("sort=");
      for (const [name, at] of [
        ["Connections", 5],
        ["Records", 6],
      ] as const) {
        await head(name).getByRole("button").click();
        await expect
          .poll(() => column(at))
          .toEqual(
            (await column(at)).toSorted((a, b) => Number(b.replace(",", "")) - Number(a.replace(",", ""))),
          );
      }
      await head("Last seen").getByRole("button").click();
      await expect.poll(() => page.evaluate("location.hash")).toContain("sort=-last");
      const latest = (await column(7)).toSorted().toReversed();
      await expect.poll(() => column(7)).toEqual(latest);
      await head("Policy says").getByRole("button").click();
      await expect.poll(async () => (await column(3))[0]?.trim()).toMatch(/locked$/);
      expect((await column(3)).at(-1)?.trim()).toBe("Allowed");
      const address = await page.evaluate<string>("location.hash");
      const said = await column(1);
      const again = await open(map.url, address.slice(1));
      expect(await again.locator("tbody td:nth-child(1)").allTextContents()).toEqual(said);
      expect(await again.locator("[aria-sort=descending]").textContent()).toBe("Policy says");
      await Promise.all([page.close(), again.close()]);
    });

    it("sorts the matrix by name, count, time and what policy says of one database", async () => {
      const page = await open(map.url, "shape=matrix&consumers=&databases=");
      const rows = () => page.locator("tbody th").allTextContents();
      const head = (name: string) => page.getByRole("columnheader", { name, exact: true });
      const byDefault = await rows();
      await head("Consumer").getByRole("button").click();
      await expect.poll(rows).toEqual(byDefault.toSorted());
      await head("ledger").getByRole("button").click();
      expect(await head("ledger").getAttribute("aria-sort")).toBe("descending");
      expect((await rows())[0]).toBe("10.20.1.99");
      await head("Last seen").getByRole("button").click();
      const times = page.locator("tbody td.time");
      expect(await times.allTextContents()).toEqual((await times.allTextContents()).toSorted().toReversed());
      await head("Last seen").getByRole("button").click();
      expect(await head("Last seen").getAttribute("aria-sort")).toBe("ascending");
      await head("Last seen").getByRole("button").click();
      await expect.poll(rows).toEqual(byDefault);
      await page.close();
    });

    it("is used from end to end by keyboard", async () => {
      const page = await open(map.url);
      const tabTo = async (name: RegExp): Promise<void> => {
        for (let at = 0; at < 120; at += 1) {
          await page.keyboard.press("Tab");
          const label = await page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
          );
          if (name.test(String(label))) return;
        }
        throw new Error(`Tab never reached ${name}`);
      };
      await tabTo(/^Matrix$/);
      await page.keyboard.press("Enter");
      await page.getByRole("table").waitFor();
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Enter");
      await tabTo(/^All of the logs$/);
      await page.keyboard.press("Enter");
      await tabTo(/^Last 24 hours$/);
      await page.keyboard.press("Enter");
      await expect.poll(() => page.evaluate<string>("location.hash")).toContain("last=86400");
      expect(await page.getByRole("group", { name: "Seen between" }).count()).toBe(0);
      await tabTo(/^Open orders · web · prod$/);
      await page.keyboard.press("Shift+Tab");
      await tabTo(/^Open orders · web · prod$/);
      await page.keyboard.press("Enter");
      await page.locator(".node strong", { hasText: "web-1" }).waitFor();
      await tabTo(/^orders · prod/);
      await page.keyboard.press("Enter");
      await page.locator(".panel").waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".panel").waitFor({ state: "detached" });
      await page.close();
    });

    it("shows the PCE's draft beside the policy in force", async () => {
      const sandbox = await startMoatSandbox();
      const [served] = await Promise.all([startMap([], { ...sandbox.env }), draftRule(sandbox)]);
      const page = await open(served.url);
      await page.getByRole("button", { name: "What if" }).click();
      await page.getByRole("button", { name: "PCE draft" }).click();
      const section = page.getByRole("region", { name: "What if" });
      await section.waitFor();
      expect(await section.textContent()).toMatch(
        /What if PCE draft came into force: 0 connections would lose access, [1-9]\d* connections? would gain it/,
      );
      await page.close();
      await Promise.all([served.stop(), sandbox.stop()]);
    });

    it("shows the draft that moat suggest made of new traffic, and nothing of it is in force", async () => {
      const sandbox = await startMoatSandbox();
      const logs = join(folder, "reports.log");
      const hours = Array.from({ length: 12 }, (_, at) => 1_767_600_000 + 3_600 * at);
      const line = (at: number): string =>
        `2 10.20.1.31 ${ORDERS} 40000 3306 6 9 900 ${at} ${at + 60} ACCEPT OK`;
      writeFileSync(logs, `${[FIELDS, ...hours.map(line)].join("\n")}\n`);
      const suggested = await moat(["suggest", "--flows", logs, "--draft"], sandbox.env);
      expect([suggested.code, suggested.err]).toEqual([0, expect.stringContaining("The draft lets in all")]);
      const served = await startMap(["--flows", logs, "--draft"], { ...sandbox.env });
      const page = await open(served.url, "consumers=&databases=");
      const section = page.getByRole("region", { name: "What if" });
      expect(await section.textContent()).toMatch(
        /PCE draft came into force: 0 connections would lose access, 1 connection would gain it/,
      );
      const link = page.locator(".link.gains");
      expect(await link.getAttribute("aria-label")).toMatch(/^report-1 to orders: would gain access; ACCEPT/);
      await link.focus();
      await page.keyboard.press("Enter");
      await page.getByText("Under the draft it is allowed.").waitFor();
      await page.getByRole("button", { name: "Reported" }).click();
      await page.locator(".link.blocked[aria-label^='report-1 to orders']").waitFor();
      expect(await page.locator(".panel .badge").textContent()).toContain("Blocked");
      await page.getByRole("button", { name: "Draft", exact: true }).click();
      await page.locator(".link.allowed[aria-label^='report-1 to orders']").waitFor();
      await page.screenshot({ path: join(SHOTS, "suggested-draft.png") });
      await page.close();
      await Promise.all([served.stop(), sandbox.stop()]);
    });

    it("asks everybody for the token where it listens beyond this machine", async () => {
      const open = await startMap(["--aws", "sandbox", "--host", "0.0.0.0"]);
      const { port, searchParams } = new URL(open.url);
      const answer = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then(({ status }) => status);
      expect(searchParams.get("token")).toMatch(/^[0-9a-f]{32}$/);
      expect(await answer("/api/view")).toBe(401);
      expect(await answer(`/api/view?token=${searchParams.get("token")}`)).toBe(200);
      expect(await fetch(open.url).then(({ status }) => status)).toBe(200);
      await open.stop();
    });

    it("listens on this machine only, unless it is told otherwise", async () => {
      const outer = Object.values(networkInterfaces())
        .flatMap((each) => each ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4");
      const { port, hostname } = new URL(map.url);
      expect(hostname).toBe("127.0.0.1");
      for (const { address } of outer) {
        await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow("fetch failed");
      }
    });

    it.each([
      { name: "a foreign host name", path: "/api/view", host: "attacker.example", status: 421 },
      { name: "a path upwards", path: "/../../../../etc/passwd", host: undefined, status: 404 },
      { name: "an escaped path upwards", path: "/%2e%2e/%2e%2e/etc/passwd", host: undefined, status: 404 },
      { name: "its own", path: "/api/view", host: undefined, status: 200 },
    ])("answers $name with $status", async ({ path, host, status }) => {
      const { port } = new URL(map.url);
      const answer = await new Promise<{ status: number; policy: string }>((resolve, reject) => {
        const headers = { host: host ?? `127.0.0.1:${port}` };
        request({ host: "127.0.0.1", port, path, headers }, (response) => {
          response.resume();
          const policy = String(response.headers["content-security-policy"]);
          resolve({ status: response.statusCode ?? 0, policy });
        })
          .on("error", reject)
          .end();
      });
      expect(answer.status).toBe(status);
      expect(answer.policy).toMatch(/^default-src 'none'; script-src 'self'/);
    });

    it("asked nobody else for anything, and met no error", () => {
      expect(problems).toEqual([]);
    });
  },
);
