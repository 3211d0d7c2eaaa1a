import { describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sandbox/company/sample-company.ts";
import { type WatchedClient, watchConnections } from "./connection-watch.ts";

function world() {
  const { aws } = sampleCompany();
  const { sandbox, interfaces } = aws;
  const watched = (name: string, policy: WatchedClient["policy"], source = interfaces.get(name) ?? name) => ({
    name,
    source,
    database: "orders",
    destination: interfaces.get("orders") ?? "",
    port: 3306,
    policy,
  });
  const carry = (...groups: string[]) =>
    sandbox.network.setInterfaceGroups(interfaces.get("orders") ?? "", groups);
  const group = (cidr: string): string =>
    sandbox.seed.securityGroup({
      groupName: `only ${cidr}`,
      vpcId: aws.vpcId,
      rules: [{ port: 3306, cidr }],
    }).groupId;
  return { sandbox, watched, carry, group };
}

describe("watching connections", () => {
  it("finds an allowed client that is refused for a moment only", async () => {
    const { sandbox, watched, carry, group } = world();
    const [nobody, web] = [group("192.0.2.0/24"), group("10.20.1.11/32")];
    const report = await watchConnections(sandbox, [watched("web-1", "allowed")], async () => {
      carry(nobody);
      carry(web);
    });
    expect(report.cut).toEqual(["web-1 → orders"]);
  });

  it("finds a stranger who is let in for a moment only", async () => {
    const { sandbox, watched, carry, group } = world();
    const [everybody, web] = [group("0.0.0.0/0"), group("10.20.1.11/32")];
    const report = await watchConnections(sandbox, [watched("198.51.100.7", "blocked")], async () => {
      carry(everybody);
      carry(web);
    });
    expect(report.widened).toEqual(["198.51.100.7 → orders"]);
  });

  it("lets pass who gains or loses access, whenever that happens", async () => {
    const { sandbox, watched, carry, group } = world();
    const web = group("10.20.1.11/32");
    const clients = [watched("web-1", "allowed"), watched("scanner", "blocked")];
    const report = await watchConnections(sandbox, clients, async () => carry(web));
    expect(report).toMatchObject({ cut: [], widened: [] });
    expect(report.attempts).toBe(report.moments * 2);
    expect(report.moments).toBeGreaterThan(2);
  });
});
