import { describe, expect, it } from "vitest";
import { rule } from "../../../test/fixtures/inventory.ts";
import { ruleKey } from "./rule-key.ts";

describe("ruleKey", () => {
  const one = rule("10.0.1.0/24");
  it.each([
    { what: "direction", other: rule("10.0.1.0/24", { direction: "egress" }) },
    { what: "protocol", other: rule("10.0.1.0/24", { protocol: "udp" }) },
    { what: "first port", other: rule("10.0.1.0/24", { fromPort: 3305 }) },
    { what: "last port", other: rule("10.0.1.0/24", { toPort: 3307 }) },
    { what: "peer", other: rule("10.0.1.0/25") },
    { what: "kind of peer", other: rule("sg-1") },
  ])("tells rules apart by their $what", ({ other }) => {
    expect(ruleKey(other)).not.toBe(ruleKey(one));
  });

  it("is the same for rules that say the same", () => {
    expect(ruleKey(rule("10.0.1.0/24"))).toBe(ruleKey(one));
  });
});
