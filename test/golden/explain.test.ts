import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");
const ENV = { PATH: process.env.PATH, HOME: "/nonexistent", NO_COLOR: "1" };

const HEADER = "srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags";
const FLOWS = `${HEADER}
10.20.1.41 10.20.9.20 40000 3306 6 4 240 1795651200 1795651260 ACCEPT OK 2
10.20.1.11 10.20.9.20 40001 3306 6 9 900 1795651200 1795651300 ACCEPT OK 2
10.20.1.99 10.20.9.20 40002 3306 6 1 40 1795651200 1795651210 REJECT OK 2
`;

const TESTS = `tests:
  - { from: role=web app=orders env=prod, must_reach: orders }
  - { from: role=web, must_not_reach: ledger }
  - description: production and development stay apart
    nothing_outside: app=orders env=dev
    reaches: orders-dev
  - { from: role=wep, must_reach: orders }
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-explain-"));
  writeFileSync(join(folder, "flows.log"), FLOWS);
  writeFileSync(join(folder, "moat-tests.yaml"), TESTS);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a person reads, to the byte: a change here is a change of the product, and is reviewed as one. */
it.each([
  { name: "explain-allowed", args: ["explain", "web-1", "orders", "--flows", "flows.log"], code: 0 },
  { name: "explain-denied", args: ["explain", "10.20.1.41", "orders", "--flows", "flows.log"], code: 0 },
  { name: "explain-stranger", args: ["explain", "10.20.1.99", "orders", "--flows", "flows.log"], code: 0 },
  { name: "explain-labels", args: ["explain", "role=web,app=orders", "orders"], code: 0 },
  { name: "explain-cidr", args: ["explain", "10.20.1.0/28", "orders-dev"], code: 0 },
  { name: "explain-port", args: ["explain", "batch-1", "orders:5432"], code: 0 },
  { name: "explain-json", args: ["explain", "web-1", "orders", "--json"], code: 0 },
  { name: "lint", args: ["lint"], code: 0 },
  { name: "test", args: ["test", "--junit", "report.xml"], code: 4 },
])("moat $args", async ({ name, args, code }) => {
  const [command = "", ...rest] = args;
  const line = ["-c", 'cd "$0" && "$@" 2>/dev/null', folder, MOAT, command, "--aws", "sandbox", ...rest];
  const finished = await run("sh", line, { env: ENV });
  expect(finished.code).toBe(code);
  await expect(finished.output).toMatchFileSnapshot(`explain/${name}.txt`);
});

it("saves a JUnit report beside", async () => {
  await expect(readFileSync(join(folder, "report.xml"), "utf8")).toMatchFileSnapshot("explain/report.xml");
});
