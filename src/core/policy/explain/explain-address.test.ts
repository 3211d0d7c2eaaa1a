import { describe, expect, it } from "vitest";
import {
  ADDRESS_OF,
  allowRule,
  BROKEN,
  ORDERS,
  overrideDeny,
  policy,
  ruleSet,
  tcp,
} from "../../../../test/fixtures/policy.ts";
import { parseAddress } from "../../net/address.ts";
import type { Policy, RuleSet } from "../model.ts";
import { policyIndex } from "../policy-index.ts";
import { explainAddress } from "./explain-address.ts";

const SCOPE = "app=orders env=prod";
const web = allowRule("role=web -> role=database", { href: "/r/web" });

function explain(who: string, of: Policy) {
  const address = parseAddress(ADDRESS_OF[who] ?? who);
  if (!address.ok) throw new Error(`Nobody is ${who}`);
  return explainAddress(policyIndex(of), ORDERS, address.value);
}

/** `allowed: rules`, or `denied reason: CODE, CODE of the nearest rule`. */
function told(who: string, of: Policy): string {
  const answer = explain(who, of);
  if (answer.verdict === "allowed") return `allowed: ${answer.by.map((path) => path.rule.href).join(" ")}`;
  const [near] = answer.nearest;
  const codes =
    near === undefined ? "" : `: ${near.gaps.map((gap) => gap.code).join(", ")} of ${near.path.rule.href}`;
  return `denied ${answer.reason.kind}${codes}`;
}

const shop = (...ruleSets: RuleSet[]): Policy => policy({ ruleSets });
const scoped = (...rules: RuleSet["rules"]): Policy => shop(ruleSet(SCOPE, { rules }));

describe("explainAddress", () => {
  it.each([
    { name: "a rule that allows", who: "web-1", of: scoped(web), want: "allowed: /r/web" },
    {
      name: "every rule that allows",
      who: "web-1",
      of: scoped(web, allowRule("ams -> role=database", { href: "/r/all" })),
      want: "allowed: /r/all /r/web",
    },
    {
      name: "a label that differs",
      who: "web-2",
      of: scoped(web),
      want: "denied notAConsumer: LABEL_DIFFERS of /r/web",
    },
    {
      name: "labels that are missing",
      who: "bare-1",
      of: scoped(web),
      want: "denied notAConsumer: LABEL_MISSING_ON_OBJECT, LABEL_MISSING_ON_OBJECT, LABEL_MISSING_ON_OBJECT of /r/web",
    },
    {
      name: "an address that nobody holds",
      who: "10.0.7.7",
      of: scoped(web),
      want: "denied notAConsumer: CONSUMER_UNKNOWN of /r/web",
    },
    {
      name: "consumers that cannot lie in the scope",
      who: "bill-1",
      of: scoped(allowRule("app=billing -> role=database", { href: "/r/bill" })),
      want: "denied notAConsumer: OUTSIDE_SCOPE of /r/bill",
    },
    {
      name: "an excluded range",
      who: "lab",
      of: scoped(allowRule("list:corp -> role=database", { href: "/r/corp" })),
      want: "denied notAConsumer: EXCLUDED_BY_RANGE of /r/corp",
    },
    {
      name: "an address in no range",
      who: "web-1",
      of: scoped(allowRule("list:corp -> role=database", { href: "/r/corp" })),
      want: "denied notAConsumer: NOT_IN_IP_LIST of /r/corp",
    },
    {
      name: "another port",
      who: "web-1",
      of: scoped({ ...web, services: [tcp(5432)] }),
      want: "denied noRuleForDatabase: WRONG_PORT of /r/web",
    },
    {
      name: "a disabled rule",
      who: "web-1",
      of: scoped({ ...web, enabled: false }),
      want: "denied noRuleForDatabase: RULE_DISABLED of /r/web",
    },
    {
      name: "a disabled rule set",
      who: "web-1",
      of: shop(ruleSet(SCOPE, { enabled: false, rules: [web] })),
      want: "denied noRuleForDatabase: RULE_SET_DISABLED of /r/web",
    },
    {
      name: "a rule for user groups",
      who: "web-1",
      of: scoped({ ...web, inexpressible: [{ kind: "userGroups", problem: BROKEN.problem }] }),
      want: "denied noRuleForDatabase: INEXPRESSIBLE of /r/web",
    },
    {
      name: "the override deny that decides",
      who: "web-1",
      of: shop(ruleSet(SCOPE, { rules: [web], denyRules: [overrideDeny("env=prod -> role=database")] })),
      want: "denied overrideDenied: OVERRIDE_DENIED of /r/web",
    },
    {
      name: "an override deny that does not decide is not blamed",
      who: "web-2",
      of: shop(
        ruleSet(SCOPE, { rules: [web] }),
        ruleSet("", { denyRules: [overrideDeny("env=dev -> role=database")] }),
      ),
      want: "denied notAConsumer: LABEL_DIFFERS of /r/web",
    },
    {
      name: "an override deny that the change would run into is named with it",
      who: "web-2",
      of: shop(
        ruleSet(SCOPE, { rules: [web] }),
        ruleSet("", { denyRules: [overrideDeny("env=prod -> role=database")] }),
      ),
      want: "denied notAConsumer: LABEL_DIFFERS, OVERRIDE_DENIED of /r/web",
    },
    {
      name: "a rule that does not have the database as a provider",
      who: "web-1",
      of: scoped(allowRule("role=web -> role=batch", { href: "/r/batch" })),
      want: "denied noRuleForDatabase: LABEL_DIFFERS of /r/batch",
    },
    { name: "no rule at all", who: "web-1", of: shop(), want: "denied noRuleForDatabase" },
    {
      name: "something unreadable",
      who: "web-1",
      of: scoped(allowRule("?label -> role=database", { href: "/r/broken" })),
      want: "denied noRuleForDatabase: CONSUMER",
    },
  ])("$name", ({ who, of, want }) => {
    if (want.endsWith("CONSUMER")) {
      const answer = explain(who, of);
      const near = answer.verdict === "denied" ? answer.nearest[0] : undefined;
      expect(near?.tried).toBe(false);
      expect(near?.gaps.map((gap) => gap.code)).toContain("UNREADABLE");
    } else expect(told(who, of)).toBe(want);
  });

  it("names all override denies when only all of them together decide", () => {
    const denyRules = [
      overrideDeny("env=prod -> role=database", { href: "/d/1" }),
      overrideDeny("role=web -> role=database", { href: "/d/2" }),
    ];
    const answer = explain("web-1", shop(ruleSet(SCOPE, { rules: [web], denyRules })));
    expect(answer).toMatchObject({
      verdict: "denied",
      reason: { kind: "overrideDenied", denies: [{ rule: { href: "/d/1" } }, { rule: { href: "/d/2" } }] },
    });
  });

  it("ranks rules by the number of changes", () => {
    const of = scoped(allowRule("role=batch app=orders -> role=database", { href: "/r/batch" }), web);
    const answer = explain("bill-1", of);
    const ranked =
      answer.verdict === "denied"
        ? answer.nearest.map(({ path, gaps }) => `${path.rule.href} ${gaps.length}`)
        : [];
    expect(ranked).toEqual(["/r/web 1", "/r/batch 2"]);
  });

  it("says so when policy does not know the database", () => {
    const address = parseAddress("10.0.1.10");
    const stranger = { arn: "arn:x", memberArns: [], endpoints: [], addresses: [], port: 3306 };
    if (!address.ok) throw new Error("No address");
    expect(explainAddress(policyIndex(scoped(web)), stranger, address.value)).toMatchObject({
      reason: { kind: "databaseUnknownToPolicy" },
    });
  });
});
