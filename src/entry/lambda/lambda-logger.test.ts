import { afterEach, describe, expect, it, vi } from "vitest";
import { logAudit } from "./lambda-audit.ts";
import { lambdaLoggers } from "./lambda-logger.ts";

const ENV = {
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLEEXAMPLE12",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE",
  AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjEJr",
};

/** What the console is given, as text. The logger writes past it unless it is told that this is no Lambda. */
function listen(): () => string {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  const lines: unknown[] = [];
  for (const level of ["info", "warn", "error", "log"] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(line));
  return () => lines.join("\n");
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("lambdaLoggers", () => {
  it("take every secret of the environment out of every text, however deep", () => {
    const printed = listen();
    const { logger, audit, redact } = lambdaLoggers(ENV);
    const said = Object.values(ENV).join(" and ");
    logger.error(`refused: ${said}`, { failed: [{ problem: { what: said } }], error: new Error(said) });
    audit.info("audit", { audit: { why: said } });
    expect(printed()).toContain("[redacted] and [redacted] and [redacted]");
    for (const secret of Object.values(ENV)) expect(`${printed()} ${redact(said)}`).not.toContain(secret);
  });

  it("record writes whatever level is set", async () => {
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "ERROR");
    const printed = listen();
    const { logger, audit } = lambdaLoggers({});
    logger.info("unheard");
    const step = { action: "authorize", group: "sg-1", rules: [{ source: "10.0.0.1/32" }], why: "policy" };
    await logAudit(audit).record({
      at: "2026-01-05T09:00:00Z",
      database: "arn",
      action: "authorize",
      step,
      why: "policy",
      basis: "1",
      start: {
        purpose: "enforce",
        mode: "enforce",
        managed: ["sg-1"],
        attached: ["sg-1"],
        keptGroups: [],
        groups: { "sg-1": [{ source: "10.0.0.2/32" }, { source: "10.0.0.3/32" }] },
        rules: [],
      },
    });
    expect(printed()).not.toContain("unheard");
    expect(JSON.parse(printed())).toMatchObject({
      level: "INFO",
      message: "audit",
      audit: {
        database: "arn",
        step: { group: "sg-1", rules: { count: 1, digest: expect.any(String) } },
        start: { managed: ["sg-1"], groups: { "sg-1": { count: 2 } }, rules: { count: 0 } },
      },
    });
    expect(printed()).not.toMatch(/10\.0\.0\./);
  });
});
