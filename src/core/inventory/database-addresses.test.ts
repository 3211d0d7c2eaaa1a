import { expect, it } from "vitest";
import { database, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import { formatAddress } from "../net/address.ts";
import { databaseAddresses } from "./database-addresses.ts";

const rds = (id: string, address: string) =>
  networkInterface(id, [address], ["sg-old"], {
    description: "RDSNetworkInterface",
    requesterId: "amazon-rds",
  });

it.each([
  { name: "the only database that fits", ports: [3306], interfaces: ["10.0.9.1"], want: ["10.0.9.1 db0"] },
  {
    name: "databases that share their groups, told apart by port",
    ports: [3306, 5432],
    interfaces: ["10.0.9.1"],
    want: ["10.0.9.1 db0", "10.0.9.1 db1"],
  },
  {
    name: "nobody, when two databases share groups and port",
    ports: [3306, 3306],
    interfaces: ["10.0.9.1"],
    want: [],
  },
])("finds $name", ({ ports, interfaces, want }) => {
  const world = inventory({
    databases: ports.map((port, i) => database(`db${i}`, ["sg-old"], { port })),
    networkInterfaces: interfaces.map((address, i) => rds(`eni-${i}`, address)),
  });
  expect(
    databaseAddresses(world, "moat", new Map()).map((a) => `${formatAddress(a.address)} ${a.id}`),
  ).toEqual(want);
});

it.each([
  { name: "an address of its own", ports: [3306], want: ["5432 no"] },
  { name: "an address that another database fits, too", ports: [3306, 5432], want: ["3306 yes", "5432 yes"] },
  {
    name: "one that two others fit which no port tells apart",
    ports: [3306, 3306, 5432],
    want: ["5432 yes"],
  },
])("tells $name from one that is shared", ({ ports, want }) => {
  const databases = ports.map((port, i) =>
    database(`db${i}`, ["sg-old"], { port: ports.length === 1 ? 5432 : port }),
  );
  const world = inventory({ databases, networkInterfaces: [rds("eni-1", "10.0.9.1")] });
  expect(
    databaseAddresses(world, "moat", new Map()).map((a) => `${a.port} ${a.shared === true ? "yes" : "no"}`),
  ).toEqual(want);
});
