import { describe, expect, it } from "vitest";
import {
  allowRule,
  overrideDeny,
  policy,
  resolved,
  ruleSet,
  workload,
} from "../../../test/fixtures/policy.ts";
import type { DatabasePolicy } from "./resolution.ts";

/** A database, and so many web servers from 10.30.0.0 on; three rules let them in. */
function crowd(servers: number): DatabasePolicy {
  const web = Array.from({ length: servers }, (_, n) => {
    const address = `10.30.${n >>> 8}.${n & 255}`;
    return workload(`web${String(n).padStart(4, "0")} role=web app=orders env=prod`, {
      interfaces: [{ name: "eth0", address, loopback: false, linkLocal: false }],
    });
  });
  const database = workload("ordersdb role=database app=orders env=prod", {
    hostname: "orders.abc.eu-west-1.rds.example.com",
  });
  return resolved(
    policy({
      workloads: [database, ...web],
      ruleSets: [
        ruleSet("", {
          rules: [
            allowRule("role=web -> role=database", { href: "/r/1" }),
            allowRule("app=orders -> role=database", { href: "/r/2" }),
            allowRule("workload:web0007 -> role=database", { href: "/r/3" }),
          ],
          denyRules: [overrideDeny("workload:web0001 -> role=database")],
        }),
      ],
    }),
  );
}

/** Reasons for `10.30.0.0` up to that many addresses later. */
const reasons = (answer: DatabasePolicy, addresses: number) =>
  answer.reasonsWithin({ family: 4, lo: 0x0a1e_0000, hi: 0x0a1e_0000 + addresses - 1 });

describe("reasons for a range of addresses", () => {
  it("name each rule and each object, without those that are denied", () => {
    expect(reasons(crowd(300), 3)).toEqual([
      { rule: "/r/1", workload: "/workloads/web0000" },
      { rule: "/r/1", workload: "/workloads/web0002" },
      { rule: "/r/2", workload: "/workloads/web0000" },
      { rule: "/r/2", workload: "/workloads/web0002" },
    ]);
  });

  it("are none for addresses that nobody holds", () => {
    expect(crowd(3).reasonsWithin({ family: 4, lo: 0, hi: 5 })).toEqual([]);
  });

  it("name every rule and every object once where there are many", () => {
    const some = reasons(crowd(300), 256);
    expect(some).toHaveLength(255 + 2);
    expect(new Set(some.map((each) => each.workload)).size).toBe(255);
    expect(some.filter(({ rule }) => rule !== "/r/1")).toEqual([
      { rule: "/r/2", workload: "/workloads/web0000", and: 254 },
      { rule: "/r/3", workload: "/workloads/web0007" },
    ]);
  });

  it("count what they leave out where there are very many", () => {
    const answer = crowd(2_000);
    const some = reasons(answer, 2_000);
    expect(some).toHaveLength(256 + 2);
    expect(some[255]).toEqual({ rule: "/r/1", workload: "/workloads/web0256", and: 1_999 - 256 });
    expect(some.slice(256)).toEqual([
      { rule: "/r/2", workload: "/workloads/web0000", and: 1_998 },
      { rule: "/r/3", workload: "/workloads/web0007" },
    ]);
    expect(reasons(answer, 2_000)).toEqual(some);
  });
});
