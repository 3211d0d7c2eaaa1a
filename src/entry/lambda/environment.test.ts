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
      MOAT_PCE_TIMEOUT_SECONDS: 30,
      MOAT_OWNER: "moat",
      MOAT_MODE: "observe",
      MOAT_SHRINK_PERCENT: 30,
      MOAT_ACKNOWLEDGE: "",
    });
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
