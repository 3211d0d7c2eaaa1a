import { describe, expect, it } from "vitest";
import { parseEnvironment } from "./environment.ts";

const FULL = {
  MOAT_PCE_URL: "https://pce.example.com:8443",
  MOAT_PCE_SECRET_ID: "moat/pce",
  AWS_REGION: "eu-west-1",
};

describe("parseEnvironment", () => {
  it("needs three variables and has defaults for the others", () => {
    expect(parseEnvironment(FULL)).toEqual({
      ...FULL,
      MOAT_HISTORY_DAYS: 400,
      MOAT_HISTORY_SEEN_DAYS: 35,
      MOAT_PCE_TIMEOUT_SECONDS: 30,
      MOAT_OWNER: "moat",
      MOAT_MODE: "observe",
      MOAT_EGRESS: "leave",
      MOAT_SHRINK_PERCENT: 30,
      MOAT_CALL_PERCENT: 20,
      MOAT_ACKNOWLEDGE: "",
      MOAT_TWICE_APART_SECONDS: 30,
      MOAT_SPOKE_ROLE: "moat-spoke",
      MOAT_FIRST_SWAP: "with-flows",
      MOAT_MAP_HOURS: 24,
      MOAT_WAVE_CANARY: "",
      MOAT_WAVE_MINUTES: 30,
      MOAT_WAVE_REJECTS: 2,
    });
  });

  it("takes policy from a PCE or from a file in S3, never from both", () => {
    const { MOAT_PCE_URL, MOAT_PCE_SECRET_ID, ...rest } = FULL;
    const MOAT_POLICY = "s3://company-policy/policy.yaml";
    expect(parseEnvironment({ ...rest, MOAT_POLICY })).toMatchObject({ MOAT_POLICY });
    expect(() => parseEnvironment({ ...FULL, MOAT_POLICY })).toThrow("leave one out");
    expect(() => parseEnvironment({ ...rest, MOAT_PCE_URL })).toThrow("MOAT_PCE_SECRET_ID");
    expect(() => parseEnvironment({ ...rest, MOAT_POLICY: "policy.yaml" })).toThrow("MOAT_POLICY");
  });

  it.each([
    ["MOAT_ACCOUNTS", "111122223333 444455556666", true],
    ["MOAT_ACCOUNTS", "organization", true],
    ["MOAT_ACCOUNTS", "production", false],
    ["MOAT_REGIONS", "eu-west-1 us-east-1", true],
    ["MOAT_REGIONS", "eu-west-1,us-east-1", false],
    ["MOAT_STATE", "s3://company-moat/state", true],
    ["MOAT_STATE", "/tmp", false],
    ["MOAT_HISTORY", "s3://company-moat/history", true],
    ["MOAT_HISTORY", "history", false],
    ["MOAT_WAVES", "1 10 100", true],
    ["MOAT_WAVES", "0.5", true],
    ["MOAT_WAVES", "10 1", false],
    ["MOAT_WAVES", "1,10", false],
    ["MOAT_WAVES", "1 101", false],
    ["MOAT_WAVES", "0 10", false],
  ])("takes %s=%s: %s", (name, value, fine) => {
    const parse = () => parseEnvironment({ ...FULL, [name]: value });
    if (fine) expect(parse()).toMatchObject({ [name]: value });
    else expect(parse).toThrow(name);
  });

  it("takes a variable without text for one that is missing", () => {
    const env = parseEnvironment({ ...FULL, MOAT_SHRINK_PERCENT: "", MOAT_PCE_ORG: " ", MOAT_MODE: "" });
    expect(env).toMatchObject({ MOAT_SHRINK_PERCENT: 30, MOAT_MODE: "observe" });
    expect(env.MOAT_PCE_ORG).toBeUndefined();
  });

  it("names every variable that is missing or wrong, and no value", () => {
    const wrong = { MOAT_MODE: "hunter2", MOAT_SHRINK_PERCENT: "101", MOAT_PCE_ORG: "hunter2" };
    const error = (() => {
      try {
        return parseEnvironment(wrong);
      } catch (thrown) {
        return String(thrown);
      }
    })();
    for (const name of ["MOAT_PCE_URL", "MOAT_PCE_SECRET_ID", "AWS_REGION", ...Object.keys(wrong)])
      expect(error).toContain(name);
    expect(error).not.toContain("hunter2");
  });

  it.each(["http://pce.example.com", "https://user:hunter2@pce.example.com", "://"])(
    "refuses the address %s at once",
    (MOAT_PCE_URL) => {
      expect(() => parseEnvironment({ ...FULL, MOAT_PCE_URL })).toThrow("MOAT_PCE_URL");
      expect(() => parseEnvironment({ ...FULL, MOAT_PCE_URL })).not.toThrow("hunter2");
    },
  );
});
