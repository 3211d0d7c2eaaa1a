import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ORDERS, policy } from "../../../../test/fixtures/policy.ts";
import { policyOracle } from "../../../../test/oracle/policy-oracle.ts";
import { ADDRESSES, world } from "../../../../test/oracle/policy-world.ts";
import { addressSetOfCidrs } from "../../net/address-set.ts";
import type { Cidr } from "../../net/cidr.ts";
import { policyIndex } from "../policy-index.ts";
import { resolveIndexed } from "../resolve-policy.ts";
import { parseConsumerSource, parseLabels } from "../source/consumer-source.ts";
import { type Assertion, type AssertionTarget, assertionText } from "./assertion.ts";
import type { AssertedDatabase, LevelReach } from "./reach-level.ts";
import { runAssertion } from "./run-assertion.ts";

/** `web-1 must reach orders`, `role=web must not reach role=database`, `nothing outside role=web reaches orders`. */
function assertion(text: string): Assertion {
  const outside = /^nothing outside (.+) reaches (.+)$/.exec(text);
  if (outside !== null) {
    const inside = parseLabels(outside[1] ?? "");
    if (!inside.ok) throw new Error(inside.error.what);
    return { kind: "nothingOutside", inside: inside.value.labels, target: target(outside[2] ?? "") };
  }
  const [, from = "", not, to = ""] = /^(.+) must (not )?reach (.+)$/.exec(text) ?? [];
  const source = parseConsumerSource(from);
  if (!source.ok) throw new Error(source.error.what);
  return { kind: not === undefined ? "mustReach" : "mustNotReach", source: source.value, target: target(to) };
}

function target(text: string): AssertionTarget {
  const labels = text.includes("=") ? parseLabels(text) : undefined;
  return labels?.ok === true ? labels.value : { kind: "database", name: text };
}

const LABELS = { role: ["database"], app: ["orders"], env: ["prod"] };

function orders(cidrs: readonly string[], doubts: readonly string[] = []): AssertedDatabase {
  const reach: LevelReach = { admitted: addressSetOfCidrs(cidrs as readonly Cidr[]), doubts };
  return {
    id: "orders",
    arn: ORDERS.arn,
    endpoints: ORDERS.endpoints,
    labels: LABELS,
    port: 3306,
    reach: () => reach,
  };
}

const WEB_1 = "10.0.1.10/32";

describe("runAssertion", () => {
  it.each([
    { text: "web-1 must reach orders", admitted: [WEB_1], want: "passed" },
    { text: "role=web must reach orders", admitted: [WEB_1], want: "failed 10.0.2.10/32, 10.0.3.10/32" },
    { text: "10.0.1.0/24 must not reach role=database", admitted: [WEB_1], want: "failed 10.0.1.10/32" },
    { text: "10.0.2.0/24 must not reach role=database", admitted: [WEB_1], want: "passed" },
    { text: "nothing outside role=web reaches orders", admitted: [WEB_1], want: "passed" },
    {
      text: "nothing outside app=orders,env=dev reaches orders",
      admitted: [WEB_1, "10.9.0.0/16"],
      want: "failed 10.0.1.10/32, 10.9.0.0/16",
    },
    { text: "nothing outside role=batch reaches orders", admitted: [WEB_1], want: "failed 10.0.1.10/32" },
    { text: "web-1 must reach ordes", admitted: [WEB_1], want: 'TEST_TARGET_EMPTY did you mean "orders"?' },
    {
      text: "web-1 must not reach role=web",
      admitted: [WEB_1],
      want: "TEST_TARGET_EMPTY correct the target, or take the test out",
    },
    {
      text: "role=batch must not reach orders",
      admitted: [WEB_1],
      want: "TEST_SOURCE_EMPTY label the workloads, or take the test out",
    },
    { text: "role=wep must reach orders", admitted: [WEB_1], want: 'LABEL_UNKNOWN did you mean "web"?' },
  ])("$text with $admitted: $want", ({ text, admitted, want }) => {
    const { levels, problem, passed } = runAssertion(
      policyIndex(policy()),
      [orders(admitted)],
      assertion(text),
      ["live"],
    );
    const [only] = levels;
    const told =
      problem === undefined ? [only?.status, only?.counterexamples.join(", ")] : [problem.code, problem.fix];
    expect(told.join(" ").trim()).toBe(want);
    expect(passed).toBe(want === "passed");
  });

  it.each([
    { text: "web-1 must reach orders", want: "passed" },
    { text: "web-2 must reach orders", want: "unknown" },
    { text: "web-2 must not reach orders", want: "unknown" },
    { text: "web-1 must not reach orders", want: "failed" },
    { text: "nothing outside role=web reaches orders", want: "unknown" },
  ])("$text is $want when some peers cannot be known", ({ text, want }) => {
    const databases = [orders([WEB_1], ["whom the peer sg-other admits is not known"])];
    const { levels, passed } = runAssertion(policyIndex(policy()), databases, assertion(text), ["live"]);
    expect(levels[0]?.status).toBe(want);
    expect(passed).toBe(want === "passed");
  });

  it("has a sentence for every kind", () => {
    for (const text of [
      "web-1 must reach orders",
      "role=web must not reach orders",
      "nothing outside role=web reaches app=orders",
    ]) {
      expect(assertionText(assertion(text))).toBe(text);
    }
  });

  it("agrees with an oracle that asks one packet at a time", () => {
    const asked = fc.record({ of: world, text: fc.constantFrom(...ADDRESSES), not: fc.boolean() });
    const check = fc.property(asked, ({ of, text, not }) => {
      const index = policyIndex(of.policy, of.options);
      const resolution = resolveIndexed(index, of.databases);
      for (const each of of.databases) {
        const admitted = resolution.databases.get(each.arn)?.allowed;
        if (admitted === undefined) throw new Error("No answer");
        const database: AssertedDatabase = {
          id: each.arn,
          arn: each.arn,
          endpoints: each.endpoints,
          labels: {},
          reach: () => ({ admitted, doubts: [] }),
          ...(each.port === undefined ? {} : { port: each.port }),
        };
        const { passed } = runAssertion(
          index,
          [database],
          assertion(`${text} must ${not ? "not " : ""}reach ${each.arn}`),
        );
        expect(passed).toBe(policyOracle(of.policy, each, of.options).allows(text) !== not);
      }
    });
    fc.assert(check, { numRuns: 300 });
  });
});
