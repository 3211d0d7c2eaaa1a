import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPceClient, type PceClient } from "../../src/adapters/pce/pce-client.ts";
import type { MapData } from "../../src/core/map/map-data.ts";
import { findChromium } from "../support/chromium.ts";
import { describeWith } from "../support/describe-with.ts";
import { type MoatSandbox, moat, startMoatSandbox } from "../support/moat-process.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";
import { startMap } from "../support/served-map.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SHOTS = join(ROOT, "test", "results", "suggest");
const EXAMPLE = join(ROOT, "examples", "orders", "policy.yaml");

/** The rule of the example that is taken out, so that its traffic is not allowed any more. */
const BATCH = `      - description: the orders batch posts to the ledger
        consumers: [role=batch, app=orders, env=prod]
        providers: role=database
        unscoped_consumers: true
`;

let folder: string;
let flows: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-suggest-"));
  flows = join(folder, "flows");
  writeSampleFlowLogs(flows);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Suggested {
  readonly suggestions: readonly {
    readonly id: string;
    readonly databases: readonly string[];
    readonly consumers: object;
  }[];
  readonly totals: { readonly covered: number };
  readonly superseded: readonly { readonly id: string; readonly coveredBy: readonly string[] }[];
}

describe("moat suggest with a policy file", () => {
  const policyWithout = (name: string): string => {
    const path = join(folder, name);
    const text = readFileSync(EXAMPLE, "utf8");
    expect(text).toContain(BATCH);
    writeFileSync(path, text.replace(BATCH, ""));
    return path;
  };
  const suggest = (policy: string, ...more: readonly string[]) =>
    runCli(["suggest", "--aws", "sandbox", "--flows", flows, "--policy", policy, ...more]);

  it("writes the missing rule, changes nothing else, and then has nothing more to suggest", async () => {
    const policy = policyWithout("write.yaml");
    const before = readFileSync(policy, "utf8").split("\n");
    const run = await suggest(policy, "--write");
    expect([run.code, run.err]).toEqual([0, expect.stringContaining("lets in everybody whom they cover")]);
    const after = readFileSync(policy, "utf8").split("\n");
    const added = after.filter((line) => !before.includes(line));
    expect(added.join("\n")).toContain("consumers: [app=orders, env=prod, loc=eu-west-1, role=batch]");
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
    const again = JSON.parse((await suggest(policy, "--json")).out) as Suggested;
    expect([again.suggestions, again.superseded]).toEqual([[], []]);
  });

  it("names a rule that it wrote and that another covers by now, and leaves it where it is", async () => {
    const policy = policyWithout("superseded.yaml");
    await suggest(policy, "--write");
    const written = readFileSync(policy, "utf8");
    const [rule = ""] = /^( *)- description: "suggestion [^\n]*\n(?:\1 {2}[^\n]*\n)*/m.exec(written) ?? [];
    const [, id] = /"suggestion (\w{8}),/.exec(rule) ?? [];
    writeFileSync(
      policy,
      written.replace(rule, () => `${rule}${rule.replace(/description: .*/, "description: by hand")}`),
    );
    const before = readFileSync(policy, "utf8");
    const { superseded } = JSON.parse((await suggest(policy, "--json")).out) as Suggested;
    expect(superseded).toMatchObject([{ id, coveredBy: ["by hand"] }]);
    const text = (await suggest(policy)).out;
    expect(text).toContain("Suggested earlier, and not needed by now");
    expect(text).toMatch(new RegExp(`${id}  in ".*": what was seen is covered by by\\s+hand`));
    expect((await suggest(policy, "--format", "markdown")).out).toContain("### Suggested earlier");
    expect((await suggest(policy, "--format", "html")).out).toContain('"coveredBy":["by hand"]');
    expect(readFileSync(policy, "utf8")).toBe(before);
  });

  it("never suggests what a test of the policy forbids", async () => {
    const policy = policyWithout("forbidden.yaml");
    const text = readFileSync(policy, "utf8").replace(
      / {2}- \{ from: role=batch app=orders env=prod, must_reach.*\n/,
      "  - { from: role=batch, must_not_reach: ledger }\n",
    );
    writeFileSync(policy, text);
    const run = await suggest(policy);
    expect(run.out).toMatch(/a test of the policy says that its labels must not reach/);
    expect(run.out).toContain("0 rules");
  });

  it("keeps what it suggested before, although it would not begin with it any more", async () => {
    const policy = policyWithout("earlier.yaml");
    const before = join(folder, "suggestions.json");
    expect((await suggest(policy, "--json", "--out", before)).code).toBe(0);
    const ids = (text: string) => (JSON.parse(text) as Suggested).suggestions.map(({ id }) => id);
    const known = ids(readFileSync(before, "utf8"));
    expect(known).toHaveLength(1);
    const stricter = ["--least-records", "10000", "--json"];
    expect(ids((await suggest(policy, ...stricter)).out)).toEqual([]);
    expect(ids((await suggest(policy, ...stricter, "--earlier", before)).out)).toEqual(known);
    const page = await suggest(policy, "--earlier", before, "--format", "html");
    expect(page.out).toContain(`--earlier ${before}`);
    const wrong = await suggest(policy, "--earlier", policy);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("holds no suggestions")]);
  });

  it("refuses an id that nobody suggested, and a choice that is wider", async () => {
    const policy = policyWithout("choice.yaml");
    expect((await suggest(policy, "--only", "nonsense")).err).toContain('no suggestion "nonsense"');
    const { suggestions } = JSON.parse((await suggest(policy, "--json")).out) as Suggested;
    const choice = join(folder, "wide.json");
    const rules = [{ id: suggestions[0]?.id, consumers: { role: ["batch"] } }];
    writeFileSync(choice, JSON.stringify({ version: 1, kind: "suggestionChoice", rules }));
    const wide = await suggest(policy, "--choice", choice, "--write");
    expect([wide.code, wide.err]).toEqual([1, expect.stringMatching(/not among those that were/)]);
    expect(readFileSync(policy, "utf8")).not.toContain("suggestion ");
  });
});

describe("moat suggest with a PCE", () => {
  let sandbox: MoatSandbox;
  beforeAll(async () => {
    sandbox = await startMoatSandbox();
  });
  afterAll(async () => {
    await sandbox?.stop();
  });

  it("drafts rules that the draft view then shows, and provisions nothing", async () => {
    const before = (await moat(["plan", "--json"], sandbox.env)).out;
    const args = ["suggest", "--flows", flows, "--afresh", "--draft", "--json"];
    const run = await moat(args, sandbox.env);
    expect([run.code, run.err]).toEqual([
      0,
      expect.stringContaining("The draft lets in all that they cover"),
    ]);
    const { suggestions } = JSON.parse(run.out) as Suggested;
    expect(suggestions.length).toBeGreaterThan(2);
    const { databases } = JSON.parse((await moat(["plan", "--json"], sandbox.env)).out) as {
      databases: unknown;
    };
    expect(databases).toEqual((JSON.parse(before) as { databases: unknown }).databases);
    const lint = await moat(["lint", "--draft", "--json"], sandbox.env);
    expect(lint.out).toContain("suggested: ");
    expect((await moat(["lint", "--json"], sandbox.env)).out).not.toContain("suggested: ");
  });

  it("adds no rule and no rule set a second time, and leaves other people's rule sets and words alone", async () => {
    const pce = pceOf(sandbox);
    const ours = await suggestedSets(pce);
    expect(ours.length).toBeGreaterThan(1);
    const [first] = ours;
    const rule = first?.rules[0];
    await pce.request({ method: "PUT", path: String(rule?.href), body: { description: "agreed with Ana" } });
    const [other] = ours.slice(-1);
    await pce.request({
      method: "PUT",
      path: String(other?.rules[0]?.href),
      body: { description: "suggestion 00000000, one workload seen" },
    });
    const run = await moat(["suggest", "--flows", flows, "--afresh", "--draft"], sandbox.env);
    expect([run.code, run.err]).toEqual([
      0,
      expect.stringMatching(/Drafted 0 rules in .*; \d+ rules stood there already/),
    ]);
    const after = await suggestedSets(pce);
    expect(after.map(({ href, rules }) => [href, rules.map((each) => each.href)])).toEqual(
      ours.map(({ href, rules }) => [href, rules.map((each) => each.href)]),
    );
    expect(after[0]?.rules[0]?.description).toBe("agreed with Ana");
    expect(after.at(-1)?.rules[0]?.description).toBe(other?.rules[0]?.description);
  });
});

interface SuggestedSet {
  readonly href: string;
  readonly name: string;
  readonly rules: readonly { readonly href: string; readonly description: string }[];
}

const pceOf = ({ env }: MoatSandbox): PceClient =>
  createPceClient({
    url: env.MOAT_POLICY ?? "",
    credentials: async () => ({ user: env.MOAT_PCE_KEY ?? "", secret: env.MOAT_PCE_SECRET ?? "" }),
  });

async function ruleSetsNamed(pce: PceClient, name: string): Promise<readonly SuggestedSet[]> {
  const { json } = await pce.request({ method: "GET", path: `sec_policy/draft/rule_sets?name=${name}` });
  return json as readonly SuggestedSet[];
}
const suggestedSets = (pce: PceClient) => ruleSetsNamed(pce, "suggested: ");

/** Takes the rule out of force by which the orders batch posts to the ledger, as somebody would in the PCE. */
async function disableBatchRule(pce: PceClient): Promise<void> {
  const [set] = await ruleSetsNamed(pce, "finance production");
  const rule = set?.rules.find(({ description }) => description.includes("batch"));
  if (set === undefined || rule === undefined) throw new Error("The sample company has no such rule");
  await pce.request({ method: "PUT", path: rule.href, body: { enabled: false } });
  const change_subset = { rule_sets: [{ href: set.href }] };
  const body = { update_description: "no batch", change_subset };
  await pce.request({ method: "POST", path: "sec_policy", body });
}

describe("moat suggest in the draft of a PCE whose policy lacks a rule", () => {
  let sandbox: MoatSandbox;
  beforeAll(async () => {
    sandbox = await startMoatSandbox();
    const pce = pceOf(sandbox);
    await disableBatchRule(pce);
    // Somebody else's rule set has the name that a suggestion would take.
    await pce.request({
      method: "POST",
      path: "sec_policy/draft/rule_sets",
      body: { name: "suggested: finance prod eu-west-1", scopes: [[]] },
    });
  });
  afterAll(async () => {
    await sandbox?.stop();
  });

  it("tries it on the served map, without a draft in the PCE", async () => {
    const map = await startMap(["--flows", flows], sandbox.env);
    const get = async (path: string) => (await (await fetch(`${map.url}${path}`)).json()) as unknown;
    const { suggestions, command } = (await get("api/suggestions")) as Suggested & { command: string };
    expect(command).toBe(`moat suggest --policy ${sandbox.env.MOAT_POLICY} --flows ${flows}`);
    const rules = suggestions.map(({ id, consumers }) => ({ id, consumers }));
    const post = (path: string) =>
      fetch(`${map.url}api/suggestions/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ version: 1, kind: "suggestionChoice", rules }),
      });
    const { draft } = (await (await post("try")).json()) as { draft: string };
    expect(await get(`api/view?draft=${draft}`)).toMatchObject({
      about: { draft: { name: "1 suggested rule" } },
      loses: { count: 0 },
      gains: { count: 1, names: [{ address: "10.20.1.21", database: "ledger" }] },
    });
    expect(await (await post("policy")).text()).toMatch(
      /^version: 1\n\nrule_sets:\n {2}- name: "suggested: finance/,
    );
    await map.stop();
    expect(await suggestedSets(pceOf(sandbox))).toHaveLength(1);
  });

  it("drafts it once; plan and map show beside the policy in force who would gain access", async () => {
    const pce = pceOf(sandbox);
    const draft = () => moat(["suggest", "--flows", flows, "--draft"], sandbox.env);
    const first = await draft();
    expect([first.code, first.err]).toEqual([0, expect.stringContaining("Drafted 1 rule in")]);
    const sets = await suggestedSets(pce);
    expect(sets.map(({ name, rules }) => [name, rules.length])).toEqual([
      ["suggested: finance prod eu-west-1", 0],
      ["suggested: finance prod eu-west-1 2", 1],
    ]);
    const plan = await moat(["plan", "--draft", "--json"], sandbox.env);
    const { draft: beside } = JSON.parse(plan.out) as { draft: { databases: unknown } };
    expect(beside.databases).toMatchObject([
      {
        id: "ledger",
        rulesRemoved: [],
        gains: { addresses: "1" },
        rulesAdded: [{ source: "10.20.1.21/32" }],
      },
    ]);
    const map = JSON.parse(
      (await moat(["map", "--draft", "--flows", flows, "--json"], sandbox.env)).out,
    ) as MapData;
    const gains = [...map.links.consumer.keys()].filter(
      (at) => map.links.draft?.[at] !== map.links.reported[at],
    );
    expect(gains.map((at) => map.consumers[map.links.consumer[at] ?? -1]?.address)).toEqual(["10.20.1.21"]);
    const again = await draft();
    expect([again.code, again.err]).toEqual([0, expect.stringContaining("There is nothing to draft")]);
    expect(await suggestedSets(pce)).toEqual(sets);
    const { databases } = JSON.parse((await moat(["plan", "--json"], sandbox.env)).out) as {
      databases: readonly { id: string; rules: readonly { source: string }[] }[];
    };
    const inForce = databases.find(({ id }) => id === "ledger")?.rules.map(({ source }) => source);
    expect(inForce).not.toContain("10.20.1.21/32");
  });
});

describeWith(
  { name: "Chromium", found: findChromium(), fix: "apt-get install chromium" },
  "the review page in a browser",
  (executablePath) => {
    let browser: Browser;
    let policy: string;

    beforeAll(async () => {
      mkdirSync(SHOTS, { recursive: true });
      policy = join(folder, "review.yaml");
      copyFileSync(EXAMPLE, policy);
      const args = ["--aws", "sandbox", "--flows", flows, "--afresh"];
      const run = await runCli([
        "suggest",
        ...args,
        "--format",
        "html",
        "--out",
        join(folder, "review.html"),
      ]);
      expect(run.code).toBe(0);
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await browser?.close();
    });

    const problems: string[] = [];
    async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        bypassCSP: true,
        ...options,
      });
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (request) => !/^(file|blob):/.test(request.url()) && problems.push(request.url()));
      await page.goto(`file://${join(folder, "review.html")}`);
      await page.waitForSelector("main");
      return page;
    }

    it.each([
      { name: "light", colorScheme: "light" as const, width: 1280 },
      { name: "dark", colorScheme: "dark" as const, width: 1280 },
      { name: "zoom-200", colorScheme: "light" as const, width: 640 },
    ])(
      "$name: everybody can use it, and it asks nobody for anything",
      async ({ name, colorScheme, width }) => {
        const page = await open({ colorScheme, viewport: { width, height: 800 } });
        await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
        await page.evaluate(axe.source);
        const found = await page.evaluate(
          "axe.run().then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))",
        );
        expect(found).toEqual([]);
        expect(problems).toEqual([]);
        await page.close();
      },
    );

    it("leaves a rule out, takes a value away, saves, and moat takes the choice up", async () => {
      const page = await open();
      const all = await page.locator(".rule").count();
      const orders = page.getByRole("region", { name: "orders", exact: true });
      await page.getByRole("button", { name: "Choose none" }).focus();
      await page.keyboard.press("Enter");
      expect(await page.getByRole("status").textContent()).toContain(`0 of ${all} rules chosen`);
      await orders.locator("h3 input").check();
      await orders.getByRole("group", { name: "role" }).getByLabel("batch").uncheck();
      expect(await page.getByRole("status").textContent()).toContain(`1 of ${all} rules chosen`);
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save the choice" }).click();
      const choice = join(folder, "choice.json");
      await (await download).saveAs(choice);
      await page.close();
      const { rules } = JSON.parse(readFileSync(choice, "utf8")) as { rules: { consumers: unknown }[] };
      expect(rules).toMatchObject([{ consumers: { app: ["orders"], env: ["prod"], role: ["web"] } }]);
      const args = ["--aws", "sandbox", "--flows", flows, "--afresh", "--choice", choice];
      const taken = await runCli(["suggest", ...args, "--json"]);
      const { suggestions } = JSON.parse(taken.out) as Suggested;
      expect(suggestions).toMatchObject([{ databases: ["orders"], consumers: { role: ["web"] } }]);
    });
  },
);
