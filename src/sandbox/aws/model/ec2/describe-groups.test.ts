import { describe, expect, it } from "vitest";
import { codeOf, ec2World, v4, v6 } from "../../testing/ec2-world.ts";
import { describeGroups, describeRules } from "./describe-groups.ts";
import type { Filter } from "./filters.ts";

const described = () => {
  const world = ec2World();
  const { sandbox, vpc, ec2 } = world;
  world.ingress(v4("10.0.0.0/8"), { ...v6("2001:db8::/32"), fromPort: 1, toPort: 2 });
  sandbox.seed.securityGroup({ groupName: "web.1", vpcId: vpc.vpcId, tags: { team: "blue", env: "prod" } });
  sandbox.seed.securityGroup({ groupName: "web-1", vpcId: vpc.vpcId, tags: { team: "red" } });
  const names = (...filters: readonly Filter[]) =>
    describeGroups(ec2, { groupIds: [], groupNames: [], filters }).items.map((group) => group.groupName);
  return { ...world, names };
};
const filter = (name: string, ...values: readonly string[]): Filter => ({ name, values });

describe("filters", () => {
  it.each<{ readonly filters: readonly Filter[]; readonly want: readonly string[] }>([
    { filters: [], want: ["default", "db", "web.1", "web-1"] },
    { filters: [filter("group-name", "web.1")], want: ["web.1"] },
    { filters: [filter("group-name", "web?1")], want: ["web.1", "web-1"] },
    { filters: [filter("group-name", "web*", "db")], want: ["db", "web.1", "web-1"] },
    { filters: [filter("group-name", String.raw`web\*`)], want: [] },
    { filters: [filter("group-name", "WEB*")], want: [] },
    { filters: [filter("tag:team", "blue", "green")], want: ["web.1"] },
    { filters: [filter("tag:team", "*")], want: ["web.1", "web-1"] },
    { filters: [filter("tag-key", "env")], want: ["web.1"] },
    { filters: [filter("tag-key", "team"), filter("tag-value", "red")], want: ["web-1"] },
    { filters: [filter("ip-permission.cidr", "10.0.0.0/8")], want: ["db"] },
    { filters: [filter("ip-permission.ipv6-cidr", "2001:db8::/32")], want: ["db"] },
    {
      filters: [filter("ip-permission.cidr", "10.0.0.0/8"), filter("ip-permission.from-port", "1")],
      want: ["db"],
    },
    {
      filters: [filter("egress.ip-permission.cidr", "0.0.0.0/0"), filter("group-name", "d*")],
      want: ["default", "db"],
    },
    { filters: [filter("ip-permission.protocol", "-1")], want: ["default"] },
    { filters: [filter("vpc-id", "vpc-0bad")], want: [] },
  ])("$filters -> $want", ({ filters, want }) => {
    expect(described().names(...filters)).toEqual(want);
  });

  it("answers InvalidParameterValue to a filter that does not exist", () => {
    const { names } = described();
    expect(codeOf(() => names(filter("colour", "blue")))).toBe("InvalidParameterValue");
  });
});

describe("pages", () => {
  it("hold everything without MaxResults, and join to everything with it", () => {
    const { ec2, ingress } = ec2World();
    ingress(v4(...Array.from({ length: 11 }, (_, i) => `10.0.${i}.0/24`)));
    const input = { securityGroupRuleIds: [], filters: [] };
    const all = describeRules(ec2, input);
    expect(all.nextToken).toBeUndefined();
    const joined: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = describeRules(ec2, { ...input, maxResults: 5, nextToken });
      joined.push(...page.items.map((rule) => rule.securityGroupRuleId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(joined).toEqual(all.items.map((rule) => rule.securityGroupRuleId));
  });

  it.each([
    { name: "fewer than 5", page: { maxResults: 4 }, want: "InvalidParameterValue" },
    { name: "more than 1000", page: { maxResults: 1001 }, want: "InvalidParameterValue" },
    { name: "a token of another service", page: { nextToken: "abc" }, want: "InvalidNextToken" },
    { name: "MaxResults with ids", page: { maxResults: 5, ids: true }, want: "InvalidParameterCombination" },
  ])("answer $want to $name", ({ page, want }) => {
    const { ec2, groupId } = ec2World();
    const { ids, ...rest } = { ids: false, ...page };
    const input = { groupIds: ids ? [groupId] : [], groupNames: [], filters: [], ...rest };
    expect(codeOf(() => describeGroups(ec2, input))).toBe(want);
  });
});
