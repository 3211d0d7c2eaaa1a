import { describe, expect, it } from "vitest";
import { database, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import { databaseInterfaces } from "./database-interfaces.ts";
import type { Database, NetworkInterface } from "./model.ts";

const front = (over: Partial<Database> = {}): Database =>
  database("front", ["sg-p"], { kind: "proxy", ...over });
const endpoint = (over: Partial<Database> = {}): Database =>
  database("front-ro", ["sg-e"], { kind: "proxyEndpoint", ...over });
const eni = (over: Partial<NetworkInterface> = {}, groups: readonly string[] = ["sg-p"]): NetworkInterface =>
  networkInterface("eni-1", ["10.0.9.4"], groups, {
    description: "Network interface for DBProxy front",
    requesterManaged: true,
    requesterId: "amazon-rds",
    ...over,
  });

function found(networkInterfaces: readonly NetworkInterface[], databases: readonly Database[]) {
  const { certain, possible } = databaseInterfaces(inventory({ databases, networkInterfaces }), "moat");
  const idsOf = (of: typeof certain): readonly string[] =>
    databases.flatMap((d) => (of.get(d.arn)?.length ? [d.id] : []));
  return { certain: idsOf(certain), possible: idsOf(possible) };
}

describe("the interfaces of a proxy", () => {
  it.each<{
    name: string;
    of: NetworkInterface;
    databases?: Database[];
    certain?: string[];
    possible?: string[];
  }>([
    { name: "bear its name", of: eni(), certain: ["front"] },
    { name: "bear it while RDS changes its groups", of: eni({}, ["sg-new"]), certain: ["front"] },
    { name: "are not somebody's who calls his own so", of: eni({ requesterManaged: false }) },
    {
      name: "are not somebody's who calls his own so and says that RDS asked for it",
      of: eni({ requesterManaged: false, requesterId: "amazon-rds" }),
    },
    { name: "are not in another VPC", of: eni({ vpcId: "vpc-2" }) },
    { name: "are not in another subnet", of: eni({ subnetId: "subnet-9" }) },
    {
      name: "are not those of a proxy whose name begins alike",
      of: eni({ description: "Network interface for DBProxy front-2" }),
    },
    {
      name: "are not those of an instance of the same name",
      of: eni(),
      databases: [database("front", ["sg-p"])],
    },
    {
      name: "are told from those of a further endpoint by their groups",
      of: eni(),
      databases: [front(), endpoint()],
      certain: ["front"],
    },
    {
      name: "are a further endpoint's where they carry its groups",
      of: eni({}, ["sg-e"]),
      databases: [front(), endpoint()],
      certain: ["front-ro"],
    },
    {
      name: "are a further endpoint's in another VPC",
      of: eni({ vpcId: "vpc-2", subnetId: "subnet-2" }, ["sg-e"]),
      databases: [front(), endpoint({ vpcId: "vpc-2", subnetIds: ["subnet-2"] })],
      certain: ["front-ro"],
    },
    {
      name: "are nobody's for certain where they carry neither's",
      of: eni({}, ["sg-new"]),
      databases: [front(), endpoint()],
    },
    {
      name: "may be either's where both have the same groups, if the port tells",
      of: eni(),
      databases: [front(), endpoint({ memberships: front().memberships, port: 5432 })],
      possible: ["front", "front-ro"],
    },
    {
      name: "are nobody's where both have the same groups and port",
      of: eni(),
      databases: [front(), endpoint({ memberships: front().memberships })],
    },
  ])("$name", ({ of, databases = [front()], certain = [], possible = [] }) => {
    expect(found([of], databases)).toEqual({ certain, possible });
  });
});
