import { describe, expect, it } from "vitest";
import { addressSetOfCidrs, toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { chooseReferences } from "./choose-references.ts";

const set = (...cidrs: string[]) => addressSetOfCidrs(cidrs as Cidr[]);
const group = (groupId: string, members: string[], delegated: string[] = []) => ({
  groupId,
  vpcId: "vpc-1",
  members: set(...members),
  possible: set(...members, ...delegated),
});
const chosen = (allowed: string[], ...groups: ReturnType<typeof group>[]) => {
  const { references, rest } = chooseReferences(set(...allowed), groups);
  return { references, rest: toCidrs(rest) };
};
const WEB = ["10.0.0.1/32", "10.0.0.4/32", "10.0.0.9/32"];

describe("naming groups instead of addresses", () => {
  it.each([
    {
      name: "takes a group whose members are all allowed",
      groups: [group("sg-web", WEB)],
      want: { references: [{ groupId: "sg-web", standsFor: WEB }], rest: ["10.0.1.0/24"] },
    },
    {
      name: "leaves a group with one member who is not allowed",
      groups: [group("sg-web", [...WEB, "10.0.9.9/32"])],
      want: { references: [], rest: [...WEB, "10.0.1.0/24"] },
    },
    {
      name: "leaves a group that could admit more than its members",
      groups: [group("sg-web", WEB, ["10.0.9.0/28"])],
      want: { references: [], rest: [...WEB, "10.0.1.0/24"] },
    },
    {
      name: "leaves a group that saves no rule",
      groups: [
        group("sg-web", ["10.0.0.1/32"]),
        group("sg-all", ["10.0.1.1/32", "10.0.1.2/32", "10.0.1.9/32"]),
      ],
      want: { references: [], rest: [...WEB, "10.0.1.0/24"] },
    },
    {
      name: "keeps a CIDR whole that holds others besides members",
      groups: [group("sg-web", [...WEB, "10.0.1.7/32"])],
      want: { references: [{ groupId: "sg-web", standsFor: WEB }], rest: ["10.0.1.0/24"] },
    },
    {
      name: "takes the group that saves most, and no second one for what is left",
      groups: [group("sg-a", WEB.slice(0, 2)), group("sg-web", WEB)],
      want: { references: [{ groupId: "sg-web", standsFor: WEB }], rest: ["10.0.1.0/24"] },
    },
    {
      name: "takes the lower id of two that save the same, in whatever order they come",
      groups: [group("sg-web", WEB), group("sg-b", WEB)],
      want: { references: [{ groupId: "sg-b", standsFor: WEB }], rest: ["10.0.1.0/24"] },
    },
  ])("$name", ({ groups, want }) => {
    expect(chosen([...WEB, "10.0.1.0/24"], ...groups)).toEqual(want);
    expect(chosen([...WEB, "10.0.1.0/24"], ...groups.toReversed())).toEqual(want);
  });

  it("counts IPv6 like IPv4", () => {
    const both = ["10.0.0.1/32", "2001:db8::1/128"];
    expect(chosen(both, group("sg-web", both))).toEqual({
      references: [{ groupId: "sg-web", standsFor: both }],
      rest: [],
    });
  });
});
