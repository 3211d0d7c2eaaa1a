import fc from "fast-check";
import { expect, it } from "vitest";
import { database, networkInterface } from "../../../test/fixtures/inventory.ts";
import type { Database, NetworkInterface } from "../inventory/model.ts";
import { fittingInterfaces } from "./fitting-interfaces.ts";

const groups = fc.shuffledSubarray(["sg-a", "sg-b", "sg-c"]);
const id = fc.constantFrom("orders", "ledger");
const vpcId = fc.constantFrom("vpc-1", "vpc-2");
const databases = fc
  .array(fc.record({ id, groups, vpcId, kind: fc.constantFrom("instance" as const, "proxy" as const) }))
  .map((all) => all.map(({ id: name, groups: held, ...over }) => database(name, held, over)));
const interfaces = fc
  .array(
    fc.record({
      groups,
      vpcId,
      description: fc.constantFrom(
        "RDSNetworkInterface",
        "Network interface for DBProxy orders",
        "somebody's own",
      ),
      requesterId: fc.option(fc.constantFrom("amazon-rds", "amazon-elb"), { nil: undefined }),
    }),
  )
  .map((all) =>
    all.map(({ groups: held, requesterId, ...over }, n) =>
      networkInterface(`eni-${n}`, [`10.0.9.${n}`], held, {
        ...over,
        ...(requesterId === undefined ? {} : { requesterId }),
      }),
    ),
  );

/** A proxy's says so. Another one that RDS made fits whatever carries its very groups in its VPC. */
function mayBeOf(each: NetworkInterface, of: Database): boolean {
  if (each.description === `Network interface for DBProxy ${of.id}`) return of.kind === "proxy";
  const isRds = each.requesterId === "amazon-rds" || each.description === "RDSNetworkInterface";
  const carried = of.memberships.map((m) => m.groupId as string);
  return (
    isRds &&
    each.vpcId === of.vpcId &&
    each.groupIds.length === carried.length &&
    each.groupIds.every((group) => carried.includes(group))
  );
}

it("finds what trying every pair finds", () => {
  fc.assert(
    fc.property(databases, interfaces, (dbs, all) => {
      const interfacesOf = fittingInterfaces(all);
      for (const each of dbs) {
        const found = interfacesOf(each).map(({ networkInterfaceId }) => networkInterfaceId);
        const wanted = all
          .filter((i) => mayBeOf(i, each))
          .map(({ networkInterfaceId }) => networkInterfaceId);
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }
    }),
    { numRuns: 500 },
  );
});

it("gives databases behind one group the very same list, however many they are", () => {
  const interfacesOf = fittingInterfaces([
    networkInterface("eni-1", ["10.0.9.1"], ["sg-a"], { description: "RDSNetworkInterface" }),
  ]);
  expect(interfacesOf(database("ledger", ["sg-a"]))).toBe(interfacesOf(database("orders", ["sg-a"])));
});
