import { describe, expect, it } from "vitest";
import { database, sg } from "../../test/fixtures/inventory.ts";
import type { ClusterMember, Database } from "../core/inventory/model.ts";
import { waitUntilActive } from "./wait-until-active.ts";

const member = (groupId: string, status = "active"): ClusterMember => ({
  id: "orders-1",
  arn: "arn:aws:rds:eu-west-1:111122223333:db:orders-1",
  status: "available",
  memberships: [{ groupId: sg(groupId), status }],
});

/** Waits while one answer after the other is read; the last one stays. Ten seconds, then time is up. */
async function waitThrough(answers: readonly Partial<Database>[], interfaces: readonly string[][] = []) {
  let now = 0;
  let reads = 0;
  const live = {
    readDatabase: async () => {
      const over = answers[Math.min(reads, answers.length - 1)];
      reads += 1;
      return database("orders", ["sg-new"], { kind: "cluster", ...over });
    },
    readSecurityGroups: async () => [],
    readInterfacesWithGroup: async () =>
      interfaces.map((groupIds, i) => ({ networkInterfaceId: `eni-${i}`, groupIds, addresses: [] })),
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const wanted = { arn: "arn", groups: ["sg-new"], managed: ["sg-new"] };
  return { result: await waitUntilActive({ live, clock }, wanted, 10_000), reads };
}

describe("waitUntilActive", () => {
  it("does not believe a cluster whose member still carries the old group", async () => {
    const late = [{ members: [member("sg-old")] }, { members: [member("sg-new")] }];
    expect(await waitThrough(late)).toEqual({ result: { kind: "active", interfaces: 0 }, reads: 2 });
  });

  it.each([
    { what: "a member's group is being added", over: { members: [member("sg-new", "adding")] } },
    {
      what: "the old group is on its way out",
      over: {
        memberships: [
          { groupId: sg("sg-new"), status: "active" },
          { groupId: sg("sg-old"), status: "removing" },
        ],
      },
    },
    { what: "the database is being modified", over: { status: "modifying" } },
  ])("goes on waiting while $what", async ({ over }) => {
    expect((await waitThrough([over])).result.kind).toBe("timedOut");
  });

  it("goes on waiting while an interface shows another list", async () => {
    expect((await waitThrough([{}], [["sg-new"], ["sg-new", "sg-old"]])).result.kind).toBe("timedOut");
    expect((await waitThrough([{}], [["sg-new"], ["sg-new"]])).result).toEqual({
      kind: "active",
      interfaces: 2,
    });
  });
});
