import { expect, it } from "vitest";
import { rule } from "../../../test/fixtures/inventory.ts";
import type { PrefixList } from "../inventory/model.ts";
import { ruleWeight } from "./rule-weight.ts";

const list = (over: Partial<PrefixList>): ReadonlyMap<string, PrefixList> =>
  new Map([
    [
      "pl-1",
      { prefixListId: "pl-1", prefixListName: "offices", ownerId: "111122223333", family: 4, ...over },
    ],
  ]);

it.each([
  { name: "an IPv4 CIDR", source: "10.0.0.0/8", lists: list({}), want: { v4: 1, v6: 0 } },
  { name: "an IPv6 CIDR", source: "2001:db8::/64", lists: list({}), want: { v4: 0, v6: 1 } },
  { name: "a group, in both families", source: "sg-apps", lists: list({}), want: { v4: 1, v6: 1 } },
  {
    name: "a list, by its maximum size",
    source: "pl-1",
    lists: list({ maxEntries: 20, entries: [] }),
    want: { v4: 20, v6: 0 },
  },
  { name: "an IPv6 list", source: "pl-1", lists: list({ family: 6, maxEntries: 3 }), want: { v4: 0, v6: 3 } },
  {
    name: "AWS's list of CloudFront",
    source: "pl-1",
    lists: list({ prefixListName: "com.amazonaws.global.cloudfront.origin-facing" }),
    want: { v4: 55, v6: 0 },
  },
])("weighs $name", ({ source, lists, want }) => {
  expect(ruleWeight(rule(source), lists)).toEqual(want);
});
