import { describe, expect, it } from "vitest";
import { database, group, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Inventory, NetworkInterface, SecurityGroup } from "../inventory/model.ts";
import { toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { referableGroups } from "./referable-groups.ts";

const UNREAD: Diagnostic = { code: "AWS_SHAPE", what: "", why: "", fix: "" };
const eni = (id: string, address: string, over: Partial<NetworkInterface> = {}) =>
  networkInterface(id, [address], ["sg-web"], { sourceDestCheck: true, ownerId: "111122223333", ...over });
const world = (
  more: readonly NetworkInterface[] = [],
  over: Partial<Inventory> = {},
  ofGroup: Partial<SecurityGroup> = {},
) =>
  referableGroups(
    inventory({
      interfacesListed: true,
      securityGroups: [group("sg-web", [], ofGroup)],
      networkInterfaces: [eni("eni-1", "10.0.0.1"), eni("eni-2", "10.0.0.4"), ...more],
      ...over,
    }),
  ).map(({ groupId, members, possible }) => [groupId, toCidrs(members), toCidrs(possible)]);

const BOTH = ["10.0.0.1/32", "10.0.0.4/32"];
const elsewhere = { groupIds: ["sg-other"] };

describe("groups that a rule may name", () => {
  it("knows the members of a group by their interfaces", () => {
    expect(world()).toEqual([["sg-web", BOTH, BOTH]]);
  });

  it("counts every address that a delegated block could give out", () => {
    const prefixes = ["10.0.0.16/28" as Cidr];
    expect(world([eni("eni-3", "10.0.0.5", { prefixes })])).toEqual([
      ["sg-web", ["10.0.0.1/32", "10.0.0.4/31"], ["10.0.0.1/32", "10.0.0.4/31", "10.0.0.16/28"]],
    ]);
  });

  it.each<[string, ReturnType<typeof world>]>([
    ["interfaces were not listed as such", world([], { interfacesListed: false })],
    ["an interface could not be read", world([], { consumersUnread: [UNREAD] })],
    ["a member is in another VPC", world([eni("eni-3", "10.0.0.5", { vpcId: "vpc-2" })])],
    ["a member shows no address", world([{ ...eni("eni-3", ""), addresses: [] }])],
    ["a member shows no address that can be read", world([eni("eni-3", "nonsense")])],
    ["a member hands out IPv6 blocks", world([eni("eni-3", "10.0.0.5", { delegatesIpv6: true })])],
    [
      "a member belongs to RDS",
      world([eni("eni-3", "10.0.0.5", { requesterId: "amazon-rds", requesterManaged: true })]),
    ],
    ["a database carries it", world([], { databases: [database("orders", ["sg-web"])] })],
    ["Moat made it", world([], {}, { tags: { "moat:owner": "other" } })],
    ["it belongs to another account", world([], {}, { ownerId: "999988887777" })],
    [
      "its VPC has an interface of another account",
      world([eni("eni-3", "10.0.0.5", { ...elsewhere, ownerId: "9" })]),
    ],
    [
      "its VPC has an interface that forwards",
      world([eni("eni-3", "10.0.0.5", { ...elsewhere, sourceDestCheck: false })]),
    ],
    [
      "its VPC has a firewall's endpoint",
      world([
        eni("eni-3", "10.0.0.5", {
          ...elsewhere,
          requesterManaged: true,
          interfaceType: "gateway_load_balancer_endpoint",
        }),
      ]),
    ],
    ["whether a member forwards is not said", world([networkInterface("eni-3", ["10.0.0.5"], ["sg-web"])])],
    ["nobody carries it", world([], { networkInterfaces: [] })],
  ])("leaves a group out when %s", (_, found) => {
    expect(found).toEqual([]);
  });

  it("does not mind a NAT gateway, nor another VPC's firewall", () => {
    const nat = {
      ...elsewhere,
      sourceDestCheck: false,
      requesterManaged: true,
      interfaceType: "nat_gateway",
    };
    const away = { ...elsewhere, sourceDestCheck: false, vpcId: "vpc-9" };
    expect(world([eni("eni-3", "10.0.0.5", nat), eni("eni-4", "10.0.0.6", away)])).toHaveLength(1);
  });
});
