import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findChromium } from "../support/chromium.ts";
import { describeWith } from "../support/describe-with.ts";
import { type MoatSandbox, moat, startMoatSandbox } from "../support/moat-process.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";
import { startMap } from "../support/served-map.ts";

const FIELDS = "version srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
/** Where the orders database answers in the sample company. */
const ORDERS = "10.20.9.20";
const lines = (...addresses: readonly string[]): string =>
  `${[FIELDS, ...addresses.map((from) => `2 ${from} ${ORDERS} 40000 3306 6 3 180 1767610800 1767610860 ACCEPT OK`)].join("\n")}\n`;
const several = (first: number): readonly string[] =>
  Array.from({ length: 14 }, (_, at) => `10.20.1.${first + at}`);

describeWith(
  { name: "Chromium", found: findChromium(), fix: "apt-get install chromium" },
  "the map while it is followed",
  (executablePath) => {
    let folder: string;
    let browser: Browser;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "moat-map-live-"));
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function follow(url: string, fragment: string): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 500 } });
      await page.goto(`${url}#${fragment}`);
      await page.waitForSelector("main");
      await page.evaluate("window.stayed = true");
      await page.getByRole("button", { name: "Live" }).click();
      await page.getByText("Following new flows").waitFor();
      return page;
    }

    const consumer = (page: Page, name: string) =>
      page.locator(".node.consumer strong", { hasText: new RegExp(`^${name}$`) });

    it("keeps what is selected, the focus and the place while new flows come into a folder", async () => {
      const flows = join(folder, "flows");
      writeSampleFlowLogs(flows);
      writeFileSync(join(flows, "early.log"), lines(...several(150)));
      const map = await startMap(["--aws", "sandbox", "--flows", flows, "--every", "1"]);
      const page = await follow(map.url, "consumers=&databases=");
      await page.getByRole("button", { name: /^10\.20\.1\.160 to orders: / }).focus();
      await page.keyboard.press("Enter");
      const panel = page.locator(".panel h2");
      await panel.filter({ hasText: "10.20.1.160 → orders" }).waitFor();
      await page.evaluate("scrollTo(0, 600)");
      const place = () =>
        page.evaluate<unknown>(
          "[scrollY, document.activeElement.textContent, location.hash, window.stayed].join(' ')",
        );
      const before = await place();
      expect(before).toMatch(/^600 10\.20\.1\.160 → orders .*selected=.* true$/);
      writeFileSync(join(flows, "later.log"), lines(...several(200)));
      await consumer(page, "10.20.1.213").waitFor({ state: "attached" });
      expect(await place()).toBe(before);
      expect(await panel.textContent()).toBe("10.20.1.160 → orders");
      await page.close();
      await map.stop();
    });

    it("keeps the order and the place of the table", async () => {
      const flows = join(folder, "table");
      writeSampleFlowLogs(flows);
      writeFileSync(join(flows, "early.log"), lines(...several(150)));
      const map = await startMap(["--aws", "sandbox", "--flows", flows, "--every", "1"]);
      const page = await follow(map.url, "shape=table&consumers=&databases=&sort=-consumer");
      await page.evaluate("scrollTo(0, 300)");
      writeFileSync(join(flows, "later.log"), lines(...several(200)));
      await page.getByRole("button", { name: "10.20.1.213", exact: true }).waitFor({ state: "attached" });
      expect(await page.evaluate("scrollY")).toBe(300);
      const names = await page.locator("tbody td:first-child").allTextContents();
      expect(names).toEqual(names.toSorted().toReversed());
      await page.close();
      await map.stop();
    });

    it("shows what is written to S3, and drift of the database whose panel is open", async () => {
      const sandbox = await startMoatSandbox();
      const applied = await moat(["apply", "--yes", "--audit", "/dev/null"], sandbox.env);
      expect(applied.err + applied.out).toContain("ledger");
      const group = await managedGroup(sandbox, "ledger");
      const flows = sandbox.flows ?? "";
      const map = await startMap(["--flows", flows, "--every", "1"], { ...sandbox.env });
      const page = await follow(map.url, "databases=");
      await page.locator(".node.database .name", { hasText: "ledger" }).click();
      await page.getByText("enforce, in sync").waitFor();
      expect(await page.getByRole("heading", { name: "Drift" }).count()).toBe(0);
      await openToTheWorld(sandbox, group);
      await put(sandbox, flows, "later.log", lines("10.20.1.213"));
      await page.getByRole("heading", { name: "Drift" }).waitFor();
      expect(await page.locator(".panel").textContent()).toContain("203.0.113.0/24");
      expect(await page.getByText("enforce, changes pending").count()).toBe(1);
      expect(await page.locator(".news").textContent()).toMatch(/New flows at /);
      await page.getByRole("button", { name: "Open unknown addresses" }).click();
      await consumer(page, "10.20.1.213").waitFor({ state: "attached" });
      expect(await page.evaluate("window.stayed")).toBe(true);
      await page.close();
      await map.stop();
      await sandbox.stop();
    });
  },
);

function clientOptions({ env }: MoatSandbox) {
  return {
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "eu-west-1",
    endpoint: env.AWS_ENDPOINT_URL ?? "",
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    },
  };
}

/** The group that Moat keeps for a database, once it is enforced. */
async function managedGroup({ env }: MoatSandbox, id: string): Promise<string> {
  const plan = JSON.parse((await moat(["plan", "--json"], env)).out) as {
    databases: { id: string; inSync: boolean; managedGroups: string[] }[];
  };
  const found = plan.databases.find((each) => each.id === id);
  expect(found?.inSync).toBe(true);
  return found?.managedGroups[0] ?? "";
}

async function openToTheWorld(sandbox: MoatSandbox, group: string): Promise<void> {
  const ec2 = new EC2Client(clientOptions(sandbox));
  const everyone = [{ CidrIp: "203.0.113.0/24" }];
  const rule = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: everyone };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [rule] }));
}

async function put(sandbox: MoatSandbox, flows: string, name: string, text: string): Promise<void> {
  const s3 = new S3Client({ ...clientOptions(sandbox), forcePathStyle: true });
  const { hostname, pathname } = new URL(flows);
  await s3.send(new PutObjectCommand({ Bucket: hostname, Key: `${pathname.slice(1)}${name}`, Body: text }));
}
