import { expect, it } from "vitest";
import type { RuleContent } from "../../core/inventory/model.ts";
import type { Cidr } from "../../core/net/cidr.ts";
import { toIpPermissions } from "./to-ip-permissions.ts";

const tcp = { direction: "ingress", protocol: "tcp", fromPort: 3306, toPort: 3306 } as const;
const cidr = (text: string) => ({ kind: "cidr", cidr: text as Cidr }) as const;

it("makes one permission for each protocol and port range, without empty lists", () => {
  const rules: RuleContent[] = [
    { ...tcp, source: cidr("10.0.0.0/8") },
    {
      direction: "ingress",
      protocol: "-1",
      source: { kind: "securityGroup", groupId: "sg-1", ownerId: "1" },
    },
    { ...tcp, source: cidr("::/0") },
    { ...tcp, source: { kind: "prefixList", prefixListId: "pl-1" } },
    { ...tcp, toPort: 3307, source: cidr("10.0.0.0/8") },
  ];
  expect(toIpPermissions(rules)).toEqual([
    {
      IpProtocol: "tcp",
      FromPort: 3306,
      ToPort: 3306,
      IpRanges: [{ CidrIp: "10.0.0.0/8" }],
      Ipv6Ranges: [{ CidrIpv6: "::/0" }],
      PrefixListIds: [{ PrefixListId: "pl-1" }],
    },
    { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-1", UserId: "1" }] },
    { IpProtocol: "tcp", FromPort: 3306, ToPort: 3307, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
  ]);
});
