import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, ec2World, permission } from "../../testing/ec2-world.ts";
import { authorize } from "./authorize.ts";
import { modifyRules } from "./modify-rules.ts";
import type { Permission } from "./permission.ts";
import { revoke } from "./revoke.ts";
import { totalWeight } from "./rule-weight.ts";
import { ruleKey, rulesOf } from "./security-group.ts";

const LIMIT = 4;

// A world so small that rules collide: 2 ports, 3 ranges in several spellings, one group, two directions.
const arbPermission: fc.Arbitrary<Permission> = fc
  .record({
    port: fc.constantFrom(1, 2),
    v4: fc.array(fc.constantFrom("10.0.0.0/31", "10.0.0.1/31", "10.0.0.2/32", "10.0.0.9/0"), {
      maxLength: 2,
    }),
    v6: fc.array(fc.constantFrom("::/0", "::1/0", "2001:db8::/32"), { maxLength: 2 }),
    itself: fc.boolean(),
  })
  .map(({ port, v4, v6, itself }) =>
    permission({
      fromPort: port,
      toPort: port,
      ipRanges: v4.map((cidr) => ({ cidr })),
      ipv6Ranges: v6.map((cidr) => ({ cidr })),
      groups: itself ? [{ groupName: "itself" }] : [],
    }),
  );

const arbStep = fc.record({
  kind: fc.constantFrom("authorize", "revoke", "revokeById", "modify"),
  isEgress: fc.boolean(),
  permissions: fc.array(arbPermission, { minLength: 1, maxLength: 3 }),
  pick: fc.nat(),
});
type Step = typeof arbStep extends fc.Arbitrary<infer T> ? T : never;

function worldWithLimit() {
  const world = ec2World();
  world.ec2.quotas.set("L-0EA8095F", LIMIT);
  const { groupId } = world;
  const named = (permissions: readonly Permission[]) =>
    permissions.map((it) => ({ ...it, groups: it.groups.map(() => ({ groupId })) }));
  const apply = ({ kind, isEgress, permissions, pick }: Step) => {
    const group = world.group();
    const { rules } = group;
    const id = rules[pick % Math.max(1, rules.length)]?.securityGroupRuleId ?? "sgr-0";
    if (kind === "authorize")
      return authorize(world.ec2, group, { isEgress, permissions: named(permissions), tags: [] });
    if (kind === "revoke")
      return revoke(world.ec2, group, {
        isEgress,
        permissions: named(permissions),
        securityGroupRuleIds: [],
      });
    if (kind === "revokeById")
      return revoke(world.ec2, group, { isEgress, permissions: [], securityGroupRuleIds: [id] });
    const cidrIpv4 = permissions[0]?.ipRanges[0]?.cidr ?? "10.0.0.0/8";
    return modifyRules(world.ec2, group, [
      { securityGroupRuleId: id, protocol: "6", fromPort: 1, toPort: 1, cidrIpv4 },
    ]);
  };
  return { ...world, apply };
}

describe("any sequence of rule calls", () => {
  it("keeps rules distinct and within the quota, and a refused call changes nothing", () => {
    fc.assert(
      fc.property(fc.array(arbStep, { maxLength: 12 }), (steps) => {
        const { ec2, group, apply } = worldWithLimit();
        for (const step of steps) {
          const before = group();
          const code = codeOf(() => apply(step));
          if (code !== "ok") expect(group()).toBe(before);
          for (const isEgress of [false, true]) {
            const rules = rulesOf(group(), isEgress);
            expect(new Set(rules.map(ruleKey)).size).toBe(rules.length);
            const weight = totalWeight(ec2, rules);
            expect(Math.max(weight.ipv4, weight.ipv6)).toBeLessThanOrEqual(LIMIT);
          }
        }
      }),
    );
  });

  it("is undone by revoking what an authorize call answered", () => {
    fc.assert(
      fc.property(
        fc.array(arbPermission, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (permissions, isEgress) => {
          const { ec2, group, apply } = worldWithLimit();
          const before = group();
          if (codeOf(() => apply({ kind: "authorize", isEgress, permissions, pick: 0 })) !== "ok") return;
          const known = new Set(before.rules.map((rule) => rule.securityGroupRuleId));
          const added = group().rules.filter((rule) => !known.has(rule.securityGroupRuleId));
          const securityGroupRuleIds = added.map((rule) => rule.securityGroupRuleId);
          revoke(ec2, group(), { isEgress, permissions: [], securityGroupRuleIds });
          expect(group()).toEqual(before);
        },
      ),
    );
  });
});
