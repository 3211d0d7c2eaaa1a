import { describe, expect, it } from "vitest";
import { codeOf, ec2World } from "../../testing/ec2-world.ts";
import { createTags, deleteTags, describeTags } from "./resource-tags.ts";

const tag = (key: string, value = "") => ({ key, value });

describe("createTags", () => {
  it("tags resources of any kind, or none of them", () => {
    const { ec2, groupId, vpc, group } = ec2World();
    const ruleId = group().rules[0]?.securityGroupRuleId ?? "";
    createTags(ec2, [groupId, vpc.vpcId, ruleId], [tag("a", "1"), tag("b", "2")]);
    createTags(ec2, [groupId], [tag("a", "9")]);
    expect(codeOf(() => createTags(ec2, [vpc.vpcId, "sg-0bad"], [tag("a", "9")]))).toBe(
      "InvalidGroup.NotFound",
    );
    const all = describeTags(ec2, { filters: [{ name: "key", values: ["a"] }] }).items;
    expect(Object.fromEntries(all.map((it) => [it.resourceType, it.value]))).toEqual({
      "security-group": "9",
      "security-group-rule": "1",
      vpc: "1",
    });
  });

  it.each([
    { name: "a reserved key", tags: [tag("aws:x")], want: "InvalidParameterValue" },
    { name: "a reserved key in capitals", tags: [tag("AWS:x")], want: "InvalidParameterValue" },
    { name: "an empty key", tags: [tag("")], want: "InvalidParameterValue" },
    { name: "128 characters", tags: [tag("k".repeat(128), "v".repeat(256))], want: "ok" },
    { name: "a long key", tags: [tag("k".repeat(129))], want: "InvalidParameterValue" },
    { name: "a long value", tags: [tag("k", "v".repeat(257))], want: "InvalidParameterValue" },
    { name: "a key twice", tags: [tag("k"), tag("k")], want: "InvalidParameterValue" },
    { name: "no tag", tags: [], want: "MissingParameter" },
    { name: "50 tags", tags: Array.from({ length: 50 }, (_, i) => tag(`k${i}`)), want: "ok" },
    { name: "51 tags", tags: Array.from({ length: 51 }, (_, i) => tag(`k${i}`)), want: "TagLimitExceeded" },
  ])("answers $want to $name", ({ tags, want }) => {
    const { ec2, groupId } = ec2World();
    expect(codeOf(() => createTags(ec2, [groupId], tags))).toBe(want);
  });

  it("counts tags that are overwritten once", () => {
    const { ec2, groupId } = ec2World();
    createTags(
      ec2,
      [groupId],
      Array.from({ length: 50 }, (_, i) => tag(`k${i}`)),
    );
    expect(codeOf(() => createTags(ec2, [groupId], [tag("k0", "new")]))).toBe("ok");
    expect(codeOf(() => createTags(ec2, [groupId], [tag("new")]))).toBe("TagLimitExceeded");
  });
});

describe("deleteTags", () => {
  it.each([
    { name: "a key", tags: [{ key: "a" }], left: ["b"] },
    { name: "a key with another value", tags: [{ key: "a", value: "other" }], left: ["a", "b"] },
    { name: "a key with its value", tags: [{ key: "a", value: "1" }], left: ["b"] },
    { name: "nothing, which means everything", tags: [], left: [] },
  ])("leaves $left after $name", ({ tags, left }) => {
    const { ec2, groupId } = ec2World();
    createTags(ec2, [groupId], [tag("a", "1"), tag("b", "2")]);
    deleteTags(ec2, [groupId], tags);
    expect([...ec2.tags.of(groupId).keys()]).toEqual(left);
  });
});
