import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../../../test/support/run-cli.ts";
import { parseRollout, rolloutText } from "../../../adapters/file/rollout-text.ts";
import type { Rollout } from "../../../core/guard/rollout.ts";
import { createSandboxAws } from "../../../sandbox/aws/sandbox-aws.ts";
import { startSandboxAws } from "../../../sandbox/aws/server.ts";

const KEY = "state/rollout.json";
const sandbox = createSandboxAws();
let served: Awaited<ReturnType<typeof startSandboxAws>>;
const moat = (...args: string[]) =>
  runCli(["waves", "--state", "s3://moat-state/state", ...args], {
    env: {
      AWS_ENDPOINT_URL: served.url,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIAMOAT000000000001",
      AWS_SECRET_ACCESS_KEY: "x",
    },
  });
const put = (rollout: Rollout): void => void sandbox.s3.putObject("moat-state", KEY, rolloutText(rollout));

const halted: Rollout = {
  version: "82",
  at: Date.UTC(2026, 0, 5, 10),
  open: 0,
  waiting: new Map(),
  halted: {
    version: "82",
    at: Date.UTC(2026, 0, 5, 10),
    token: "waves:0a1b2c3d",
    refused: [{ arn: "arn-1", consumer: "10.0.1.7", allowed: false }],
    finding: {
      code: "ROLLOUT_HALTED",
      what: '1 consumer is refused since access was taken away: 10.0.1.7 at "orders" (9 records)',
      why: "They came in before",
      fix: 'Say so: "moat waves --acknowledge waves:0a1b2c3d"',
    },
  },
};

beforeAll(async () => {
  served = await startSandboxAws({ sandbox });
  sandbox.seed.bucket("moat-state");
});
afterAll(() => served.close());
beforeEach(() => put(halted));

describe("moat waves", () => {
  it("says why a rollout is halted, within 80 columns, and ends with 3", async () => {
    const { code, out } = await moat();
    expect(code).toBe(3);
    expect(out).toContain("Policy 82, as the sweep of 2026-01-05T10:00:00Z found it\nOpen: nothing\n");
    expect(out).toContain("10.0.1.7");
    expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  it("names what it waits for", async () => {
    const waiting = new Map(Array.from({ length: 7 }, (_, i) => [`arn-${i}`, 0] as const));
    const { halted: _, ...calm } = halted;
    put({ ...calm, open: 2, waiting });
    const { code, out } = await moat();
    expect(code).toBe(0);
    expect(out).toContain(
      "Open: the canaries and 2 more\nNot in place yet: 7\n  arn-0, since 1970-01-01T00:00:00Z\n",
    );
    expect(out).toContain("  and 2 more\n");
  });

  it("takes the word of whoever has seen what it waits for, and of nobody else", async () => {
    const wrong = await moat("--acknowledge", "waves:other");
    expect([wrong.code, wrong.err.includes('The rollout does not wait for "waves:other"')]).toEqual([
      1,
      true,
    ]);
    const { code, out } = await moat("--acknowledge", "waves:0a1b2c3d");
    expect(code).toBe(0);
    expect(out).toContain("Acknowledged: all that was changed until ");
    const { rollout } = JSON.parse((await moat("--json")).out) as { readonly rollout: object };
    expect(parseRollout(JSON.stringify(rollout))).toMatchObject({ acknowledged: { version: "82" } });
    expect((await moat("--acknowledge", "waves:0a1b2c3d")).err).toContain("It waits for nobody's word");
  });

  it("says where it looked when there is nothing", async () => {
    sandbox.s3.putObject("moat-state", KEY, "{");
    const { code, err } = await moat();
    expect(code).toBe(1);
    expect(err).toContain('Below "s3://moat-state/state" nothing is remembered of a rollout');
  });
});
