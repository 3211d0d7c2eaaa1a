import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findChromium } from "../support/chromium.ts";
import { describeWith } from "../support/describe-with.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";
import { type ServedMap, startMap } from "../support/served-map.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SHOTS = join(ROOT, "test", "results", "suggest");
const EXAMPLE = readFileSync(join(ROOT, "examples", "orders", "policy.yaml"), "utf8");
/** Without the rule by which the orders batch posts to the ledger, and with a comment that must stay. */
const POLICY = EXAMPLE.replace(
  /\n {6}- description: the orders batch posts[\s\S]*?unscoped_consumers: true\n/,
  "\n",
);
/** A label that would be a script, were it not shown as text. */
const EVIL = "web</script><img src=x onerror=alert(1)>";
/** Every instance carries it, and there are no rules yet. */
const HOSTILE = POLICY.replace(/ {6}role: \$\{tag:Role\}\n/, () => `      role: "${EVIL}"\n`)
  .replace(/ {2}role: \[.*\n/, "")
  .replaceAll(/^ +- \{ from: role=.*\n/gm, "")
  .replace(/rule_sets:[\s\S]*?(?=# What must hold)/, "rule_sets: []\n\n");

describeWith(
  { name: "Chromium", found: findChromium(), fix: "apt-get install chromium" },
  "suggestions on the served map",
  (executablePath) => {
    let folder: string;
    let policy: string;
    let browser: Browser;
    let map: ServedMap;
    let hostile: ServedMap;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "moat-suggestions-"));
      mkdirSync(SHOTS, { recursive: true });
      writeSampleFlowLogs(join(folder, "flows"));
      policy = join(folder, "policy.yaml");
      writeFileSync(policy, POLICY);
      expect(POLICY).not.toContain("the orders batch posts");
      writeFileSync(join(folder, "hostile.yaml"), HOSTILE);
      const flows = join(folder, "flows");
      const start = (file: string): Promise<ServedMap> =>
        startMap(["--aws", "sandbox", "--flows", flows, "--policy", join(folder, file)]);
      [map, hostile, browser] = await Promise.all([
        start("policy.yaml"),
        start("hostile.yaml"),
        chromium.launch({ executablePath, args: ["--no-sandbox"] }),
      ]);
    });

    afterAll(async () => {
      await browser?.close();
      await Promise.all([map?.stop(), hostile?.stop()]);
      rmSync(folder, { recursive: true, force: true });
    });

    const problems: string[] = [];
    async function open(url: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
      // A breach of the content security policy is an error of the console.
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("dialog", (dialog) => problems.push(dialog.message()));
      page.on("request", (each) => {
        if (!/^(?:http:\/\/127\.0\.0\.1:|blob:|data:)/.test(each.url())) problems.push(each.url());
      });
      await page.goto(url);
      await page.waitForSelector("main");
      return page;
    }

    it("leads from the map to the suggestions, and shows a choice of them on the map at once", async () => {
      const page = await open(map.url);
      await page.getByRole("link", { name: "Suggested rules" }).click();
      await page.getByRole("heading", { name: "Suggested rules" }).waitFor();
      expect(await page.getByRole("status").textContent()).toMatch(
        /^1 of 1 rule chosen\. Covered: 1 of \d+ pairs/,
      );
      await page.screenshot({ path: join(SHOTS, "served.png"), fullPage: true });
      await page.getByRole("button", { name: "Show on the map" }).click();
      const whatIf = page.getByRole("region", { name: "What if" });
      await whatIf.waitFor();
      expect(await whatIf.textContent()).toMatch(
        /What if 1 suggested rule came into force: 0 connections would lose access, 1 connection would gain it/,
      );
      expect(await whatIf.textContent()).toMatch(/batch-1 \(10\.20\.\d+\.\d+\) → ledger:5432/);
      expect(new URL(page.url()).searchParams.get("draft")).toMatch(/^[0-9a-f]{16}$/);
      expect(await page.locator(".link.gains").count()).toBe(1);
      await page.screenshot({ path: join(SHOTS, "on-the-map.png"), fullPage: true });
      expect(readFileSync(policy, "utf8")).toBe(POLICY);
      expect(problems).toEqual([]);
      await page.close();
    });

    it("keeps the choice on the way back from the map, all of it by keyboard", async () => {
      const page = await open(`${map.url}suggestions`);
      const tabTo = async (selector: string): Promise<void> => {
        const focused = `document.activeElement === document.querySelector(${JSON.stringify(selector)})`;
        for (let at = 0; at < 60; at += 1) {
          await page.keyboard.press("Tab");
          if (await page.evaluate<boolean>(focused)) return;
        }
        throw new Error(`Tab never reached ${selector}`);
      };
      await tabTo("h3 input");
      await page.keyboard.press("Space");
      await expect.poll(() => page.getByRole("status").textContent()).toContain("0 of 1 rule chosen");
      expect(await page.getByRole("button", { name: "Show on the map" }).isDisabled()).toBe(true);
      const left = page.url();
      await page.goto(map.url);
      await page.goBack();
      await page.waitForSelector("main");
      expect(page.url()).toBe(left);
      await expect.poll(() => page.getByRole("status").textContent()).toContain("0 of 1 rule chosen");
      await tabTo("h3 input");
      await page.keyboard.press("Space");
      await expect.poll(() => page.getByRole("status").textContent()).toContain("1 of 1 rule chosen");
      await page.close();
    });

    it("gives the very text that moat suggest --write would write, and the command that writes it", async () => {
      const page = await open(`${map.url}suggestions`);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download the policy file with these rules" }).click(),
      ]);
      const saved = join(folder, "downloaded.yaml");
      await download.saveAs(saved);
      const command = (await page.locator(".command code").textContent()) ?? "";
      await page.close();
      expect(command).toBe(
        `moat suggest --aws sandbox --policy ${policy} --flows ${join(folder, "flows")} --write`,
      );
      expect(readFileSync(policy, "utf8")).toBe(POLICY);
      const run = await runCli(command.split(" ").slice(1));
      expect([run.code, run.err]).toEqual([0, expect.stringContaining("Wrote 1 rule")]);
      const written = readFileSync(policy, "utf8");
      writeFileSync(policy, POLICY);
      expect(readFileSync(saved, "utf8")).toBe(written);
      expect(written).toContain("# What must hold, whatever the rules say.");
    });

    it("shows labels as text, whatever they hold", async () => {
      const page = await open(`${hostile.url}suggestions`);
      expect(await page.locator(".rule").count()).toBeGreaterThan(0);
      expect(await page.locator("main").textContent()).toContain(EVIL);
      expect(await page.locator("main img").count()).toBe(0);
      await page.getByRole("button", { name: "Show on the map" }).click();
      await page.getByRole("region", { name: "What if" }).waitFor();
      expect(await page.locator("img").count()).toBe(0);
      const answer = await fetch(`${hostile.url}suggestions`);
      expect(answer.headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; script-src 'self';/,
      );
      expect(problems).toEqual([]);
      await page.close();
    });

    it("says what is wrong when the policy file cannot be added to any more", async () => {
      const page = await open(`${map.url}suggestions`);
      writeFileSync(policy, "version: 1\nrule_sets: [{ name: a, scope: all, rules: [] }]\n");
      await page.getByRole("button", { name: "Show on the map" }).click();
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toContain("written in brackets");
      writeFileSync(policy, POLICY);
      await page.close();
      problems.length = 0;
    });

    it.each([
      { name: "light", colorScheme: "light" as const, width: 1280 },
      { name: "dark", colorScheme: "dark" as const, width: 1280 },
      { name: "zoom-200", colorScheme: "light" as const, width: 640 },
    ])("$name: everybody can use it", async ({ name, colorScheme, width }) => {
      const page = await open(`${hostile.url}suggestions`, {
        colorScheme,
        viewport: { width, height: 800 },
        bypassCSP: true,
      });
      await page.screenshot({ path: join(SHOTS, `served-${name}.png`), fullPage: true });
      const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
      expect(await page.evaluate<boolean>(wide)).toBe(false);
      await page.evaluate(axe.source);
      const found = await page.evaluate(
        "axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))",
      );
      expect(found).toEqual([]);
      await page.close();
    });
  },
);
