import { describe, expect, it } from "vitest";
import { databaseAt, type KnownDatabase, knownDatabases } from "./known-databases.ts";

const at = (address: number, database: string, port?: number, shared?: boolean): KnownDatabase => ({
  address: { family: 4, value: address },
  database,
  ...(port === undefined ? {} : { port }),
  ...(shared === undefined ? {} : { shared }),
});

describe("the database at an address", () => {
  const known = knownDatabases([
    at(1, "orders", 3306),
    at(2, "orders", 3306, true),
    at(2, "ledger", 5432, true),
    at(3, "ledger", 5432, true),
    at(4, "starting"),
    at(5, "orders", 3306),
    at(5, "ledger", 5432),
  ]);

  it.each([
    { name: "serves the port", address: 1, port: 3306, want: "orders" },
    { name: "owns the address, whatever the port", address: 1, port: 22, want: "orders" },
    { name: "owns the address that traffic comes from", address: 1, port: undefined, want: "orders" },
    { name: "serves the port, of several", address: 2, port: 5432, want: "ledger" },
    { name: "cannot be told when none of several serves the port", address: 2, port: 22, want: undefined },
    {
      name: "cannot be told from the address alone when there are several",
      address: 2,
      port: undefined,
      want: undefined,
    },
    {
      name: "is not the one left over when others fit that no port tells apart",
      address: 3,
      port: 3306,
      want: undefined,
    },
    { name: "serves a port that is not known yet", address: 4, port: 3306, want: "starting" },
    { name: "cannot be told of two that own the address", address: 5, port: 22, want: undefined },
    { name: "is none where none is known", address: 9, port: 3306, want: undefined },
  ])("$name", ({ address, port, want }) => {
    expect(databaseAt(known, address, port)).toBe(want);
  });
});
