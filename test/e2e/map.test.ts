import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mapEstate } from "../../bench/map-estate.ts";
import type { MapData } from "../../src/core/map/map-data.ts";
import { singleFile, uiAssets } from "../../src/entry/web/ui-assets.ts";
import { findChromium } from "../support/chromium.ts";
import { describeWith } from "../support/describe-with.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

const SHOTS = join(import.meta.dirname, "..", "results", "map");

describeWith(
  { name: "Chromium", found: findChromium(), fix: "apt-get install chromium" },
  "the map in a browser",
  (executablePath) => {
    let folder: string;
    let browser: Browser;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "moat-map-"));
      mkdirSync(SHOTS, { recursive: true });
      writeSampleFlowLogs(join(folder, "flows"));
      const run = await runCli([
        "map",
        ...["--aws", "sandbox", "--flows", join(folder, "flows"), "--out", join(folder, "map.html")],
      ]);
      expect(run.code).toBe(0);
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const problems: string[] = [];
    async function open(fragment = "", options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        bypassCSP: true,
        ...options,
      });
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (request) => !request.url().startsWith("file:") && problems.push(request.url()));
      await page.goto(`file://${join(folder, "map.html")}#${fragment}`);
      await page.waitForSelector("main");
      return page;
    }
    const violations = async (page: Page): Promise<readonly string[]> => {
      await page.evaluate(axe.source);
      return page.evaluate("axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))");
    };

    it.each([
      { name: "light", fragment: "", scheme: "light" as const, width: 1280 },
      { name: "dark", fragment: "", scheme: "dark" as const, width: 1280 },
      { name: "zoom-200", fragment: "", scheme: "light" as const, width: 640 },
      { name: "matrix", fragment: "shape=matrix", scheme: "light" as const, width: 1280 },
      { name: "table", fragment: "shape=table", scheme: "dark" as const, width: 1280 },
      { name: "text", fragment: "shape=text", scheme: "light" as const, width: 1280 },
    ])(
      "$name: everybody can use it, and it asks nobody for anything",
      async ({ name, fragment, scheme, width }) => {
        const page = await open(fragment, { colorScheme: scheme, viewport: { width, height: 800 } });
        await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
        expect(await violations(page)).toEqual([]);
        expect(problems).toEqual([]);
        await page.close();
      },
    );

    it("drills, searches, filters and keeps all of it in the address", async () => {
      const page = await open();
      await page.getByRole("button", { name: "Open orders · prod" }).click();
      await page
        .getByRole("button", { name: /^orders\b.*connections$/ })
        .last()
        .click();
      expect(await page.locator(".panel").textContent()).toContain("Reachable now");
      await page.getByRole("searchbox").fill("role=web");
      const address = await page.evaluate<string>("location.href");
      await page.close();
      const again = await open(address.slice(address.indexOf("#") + 1));
      expect(await again.getByRole("searchbox").inputValue()).toBe("role=web");
      expect(await again.locator(".node.consumer").count()).toBeGreaterThan(0);
      expect(await again.getByText("finance · reporting · prod").count()).toBe(0);
      await again.getByRole("searchbox").fill("nobody at all");
      expect(await again.locator(".empty").textContent()).toContain("Nothing to show");
      await again.close();
    });

    it("shows hostile names as the text that they are", async () => {
      const hostile = [
        `<img src=x onerror="window.ran=1">`,
        `</script><script>window.ran=2</script>`,
        `"'\`\${window.ran=3}{{window.ran=4}}`,
        "\u202egnp.exe\u202c mirrored",
        "שרת דוחות العربية",
        "x".repeat(4_000),
        "a label that goes on and on ".repeat(60),
        "__proto__",
      ];
      const data = JSON.parse(
        (await runCli(["map", "--aws", "sandbox", "--flows", join(folder, "flows"), "--json"])).out,
      ) as MapData;
      const named: MapData = {
        ...data,
        labelKeys: [...data.labelKeys, hostile[0] ?? ""],
        notes: [...hostile],
        workloads: data.workloads.map((workload, at) => {
          const name = hostile[at % hostile.length] ?? "";
          return {
            name,
            labels: { ...workload.labels, app: name, role: hostile[(at + 1) % hostile.length] ?? "" },
          };
        }),
        databases: data.databases.map((each, at) => ({
          ...each,
          id: hostile[at] ?? "",
          labels: { ...each.labels, app: hostile[at + 1] ?? "" },
          findings: [...hostile],
        })),
      };
      const file = join(folder, "hostile.html");
      writeFileSync(file, singleFile(await uiAssets(), JSON.stringify(named)));
      for (const width of [1280, 640]) {
        for (const shape of ["map", "matrix", "table", "text"]) {
          // The page's own content security policy holds here.
          const page = await browser.newPage({ viewport: { width, height: 800 } });
          page.on("pageerror", (error) => problems.push(error.message));
          page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
          await page.goto(`file://${file}#shape=${shape}&consumers=&databases=`);
          await page.waitForSelector("main");
          expect(await page.evaluate("window.ran")).toBeUndefined();
          expect(await page.evaluate("document.images.length + document.scripts.length")).toBe(2);
          expect(
            await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
          ).toBeLessThanOrEqual(0);
          if (shape === "map") {
            expect(await page.locator("main").textContent()).toContain(hostile[0]);
            await page.locator(".node.database .name").first().click();
            await page.locator(".panel").waitFor();
            await page.screenshot({ path: join(SHOTS, `hostile-${width}.png`) });
          }
          await page.close();
        }
      }
      expect(problems).toEqual([]);
    });

    it("takes two rows of controls at 1,280 pixels, also beside a draft and with long counts", async () => {
      const file = join(folder, "large.html");
      const data = mapEstate({ databases: 400, conversations: 120_000 });
      writeFileSync(file, singleFile(await uiAssets(), JSON.stringify(data)));
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(`file://${file}`);
      await page.waitForSelector(".node");
      const tops = await page.evaluate<number[]>(
        "[...new Set([...document.querySelectorAll('.controls button, .controls input')].map((each) => Math.round(each.getBoundingClientRect().top)))]",
      );
      expect(tops).toHaveLength(2);
      const marks = await page.locator(".node, .link").count();
      expect([marks > 100, marks <= 2_000]).toEqual([true, true]);
      await page.screenshot({ path: join(SHOTS, "large.png") });
      await page.close();
    });

    it("prints what is shown and what was chosen, on white, without controls", async () => {
      const page = await open("search=role%3Dweb&last=3600", { colorScheme: "dark" });
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      for (const controls of [".toolbar", ".tools"])
        expect(await page.locator(controls).isVisible()).toBe(false);
      expect(await page.locator(".printed").textContent()).toContain(
        'only what matches "role=web"; seen between (UTC): Last hour',
      );
      for (const drawn of ["body", ".node"]) {
        const colour = `getComputedStyle(document.querySelector("${drawn}")).backgroundColor`;
        expect(await page.evaluate(colour)).toBe("rgb(255, 255, 255)");
      }
      await page.screenshot({ path: join(SHOTS, "print.png"), fullPage: true });
      await page.close();
    });

    it("draws all of the outline of what is selected", async () => {
      const page = await open("databases=");
      await page.locator(".node.database .name").first().click();
      const shadow = await page.evaluate("getComputedStyle(document.querySelector('.selected')).boxShadow");
      expect(shadow).toContain("inset");
      expect(await page.getByRole("heading", { name: "Is connected to by" }).count()).toBe(1);
      await page.close();
    });

    it("needs no mouse", async () => {
      const page = await open();
      await page.locator(".link").first().focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      expect(await page.locator(".panel .badge").textContent()).toMatch(/Allowed|Blocked/);
      await page.keyboard.press("Escape");
      expect(await page.locator(".panel").count()).toBe(0);
      await page.close();
    });
  },
);
