import { afterEach, expect, it } from "vitest";
import { findDataPlaneTools } from "../support/data-plane-tools.ts";
import { describeWith } from "../support/describe-with.ts";
import type { LoadReport } from "./clients.ts";
import { between, DataPlane } from "./data-plane.ts";
import { newGroup, openToTheWorld, putGroupsBack, ruleFor, settleGroups } from "./other-hands.ts";

const needed = {
  name: "root, network namespaces, nftables and PostgreSQL",
  found: findDataPlaneTools(),
  fix: "npm test installs them on Debian as root",
};

const [BATCH, REPORT, SCANNER] = ["batch-1", "report-1", "scanner"];
const REPORTS_READ = "reports read the ledger";

describeWith(needed, "a real PostgreSQL behind nftables that follow the sandbox's groups", (tools) => {
  let plane: DataPlane | undefined;
  const open = async (): Promise<DataPlane> => {
    plane = await DataPlane.open(tools, [BATCH, REPORT, SCANNER]);
    return plane;
  };
  afterEach(async () => {
    await plane?.close();
    plane = undefined;
  });

  it("refuses no allowed client while groups are swapped, policy changes, hands meddle and all is rolled back", async () => {
    const world = await open();
    const { moat } = world;
    const legacy = world.groups;
    const scanner = world.knock(SCANNER);
    const reporter = world.knock(REPORT);
    await world.press(BATCH);
    await world.session(BATCH);
    await world.session(REPORT);
    let reportPress = await world.press(REPORT);
    await scanner.atLeast(3);
    const started = Date.now();

    // The swap.
    const swap = await moat.run();
    expect(swap.outcomes.map((o) => o.status)).toEqual(["done", "done"]);
    const swapped = Date.now();
    const managed = world.groups;
    expect(managed).toHaveLength(1);
    expect(managed).not.toEqual(legacy);
    await scanner.atLeast(5);

    // A policy change takes the reports' access away. It halves what is granted, so a person has to agree.
    await world.stop(reportPress);
    const before = Date.now();
    await reportsMayRead(world, false);
    expect((await moat.run()).outcomes).toEqual([]);
    expect((await gatesOf(world)).join()).toBe("shrink");
    await reporter.atLeast(3);
    const agreed = Date.now();
    expect(between(reporter, before, agreed).every((a) => a.admitted)).toBe(true);
    moat.acknowledge(await moat.plan());
    await moat.run();
    const taken = Date.now();
    await reporter.atLeast(5);
    // Revoking is not disconnecting: the session that was open goes on.
    const lingering = world.lastQueries(REPORT);
    expect(lingering).toHaveLength(1);
    expect(lingering[0]).toBeGreaterThan(taken);

    // Another one gives it back.
    const giving = Date.now();
    await reportsMayRead(world, true);
    await moat.run();
    const given = Date.now();
    reportPress = await world.press(REPORT);
    await reporter.atLeast(5);

    // Somebody opens the managed group to the world.
    const opening = Date.now();
    await openToTheWorld(world, managed[0] ?? "");
    await scanner.atLeast(5);
    const opened = Date.now();
    const repair = await moat.run();
    expect(repair.writeCalls).toBe(1);
    const closed = Date.now();
    await scanner.atLeast(5);

    // Somebody puts the old group back.
    const detaching = Date.now();
    await putGroupsBack(world, legacy);
    expect(world.groups).toEqual(legacy);
    const detached = Date.now();
    await scanner.atLeast(5);
    const repairing = Date.now();
    await moat.run();
    expect(world.groups).toEqual(managed);
    const repaired = Date.now();
    await scanner.atLeast(5);

    // All of it is rolled back.
    const leaving = Date.now();
    expect((await moat.rollback("ledger")).kind).toBe("done");
    expect(world.groups).toEqual(legacy);
    const left = Date.now();
    await scanner.atLeast(5);
    const ended = Date.now();

    const reports = await world.stopAll();
    expect(world.findings()).toEqual([]);
    expect(reports.map((r) => r.host).toSorted()).toEqual([BATCH, BATCH, REPORT, REPORT]);
    expect(reports.every((r) => r.transactions > 50)).toBe(true);

    // Every state of the groups stood while every client under load connected through it.
    expect(world.states.length).toBeGreaterThan(8);
    expect(world.overlaps.filter((o) => o.arrivals < 10)).toEqual([]);

    // The scanner: in before Moat came, out from the swap on, but for the times when hands had let it in.
    const scannerIn = (from: number, to: number) => between(scanner, from, to).map((a) => a.admitted);
    for (const [from, to] of [
      [swapped, opening],
      [closed, detaching],
      [repaired, leaving],
    ] as const) {
      expect(scannerIn(from, to).length).toBeGreaterThan(3);
      expect(scannerIn(from, to)).not.toContain(true);
      expect(world.arrivals(SCANNER, from, to)).toBe(0);
    }
    expect(scannerIn(0, started)).not.toContain(false);
    expect(scannerIn(opening, opened)).toContain(true);
    expect(scannerIn(detached, repairing)).not.toContain(false);
    expect(scannerIn(left, ended)).not.toContain(false);

    // The reports: out only while policy said so, and only for new connections.
    const reportIn = (from: number, to: number) => between(reporter, from, to).map((a) => a.admitted);
    expect(reportIn(taken, giving).length).toBeGreaterThan(3);
    expect(reportIn(taken, giving)).not.toContain(true);
    expect(world.arrivals(REPORT, taken, giving)).toBe(0);
    expect([...reportIn(0, agreed), ...reportIn(given, ended)]).not.toContain(false);
    console.log(summary(world, reports));
  });

  it("sees clients refused when groups are changed in the wrong order", async () => {
    const world = await open();
    const { enforcement } = world.moat.ports;
    const rule = ruleFor(world, BATCH);

    // Detached before the rules stand.
    const early = await world.press(BATCH);
    const group = await newGroup(world);
    await settleGroups(world, [group]);
    await enforcement.authorize(group, [rule], {});
    expect((await world.stop(early)).exitCode).toBe(2);

    // Revoked before it is granted again.
    const late = await world.press(BATCH);
    await enforcement.revoke(group, [rule]);
    await enforcement.authorize(group, [rule], {});
    expect((await world.stop(late)).exitCode).toBe(2);

    const refused = expect.stringMatching(/^batch-1: pgbench ended with 2, .*Connection refused/);
    expect(world.findings()).toEqual([refused, refused]);
  });

  it("lets in by every kind of peer, and nobody else", async () => {
    const world = await open();
    const { aws } = world.sandbox.sample;
    const { seed, network } = aws.sandbox;
    const scanner = world.knock(SCANNER);
    const group = await newGroup(world);
    await settleGroups(world, [group]);
    const admitted = async (): Promise<boolean | undefined> => {
      const sinceMs = Date.now();
      await scanner.atLeast(2);
      const [...answers] = new Set(between(scanner, sinceMs, Date.now()).map((a) => a.admitted));
      return answers.length === 1 ? answers[0] : undefined;
    };
    const eni = aws.interfaces.get(SCANNER) ?? "";
    const [own = ""] = aws.sandbox.ec2().interfaces.get(eni)?.groupIds ?? [];
    expect(await admitted()).toBe(false);
    seed.rules(group, [{ port: 5432, cidr: "::/0" }]);
    expect(await admitted()).toBe(false);

    // By a group, for as long as its interface is in it.
    seed.rules(group, [{ port: 5432, groupId: own }]);
    expect(await admitted()).toBe(true);
    network.setInterfaceGroups(eni, [group]);
    expect(await admitted()).toBe(false);

    // By a prefix list, for as long as its port fits.
    const entries = [{ cidr: "10.20.1.96/29" }];
    const list = { prefixListName: "scanners", family: "ipv4", maxEntries: 5, entries } as const;
    const { prefixListId } = seed.prefixList(list);
    seed.rules(group, [{ port: 5431, prefixListId }]);
    expect(await admitted()).toBe(false);
    seed.rules(group, [{ fromPort: 5400, toPort: 5500, prefixListId }]);
    expect(await admitted()).toBe(true);
    expect(world.findings()).toEqual([]);
  });
});

/** Enables or disables the policy rule by which the reports reach the ledger, and provisions that. */
async function reportsMayRead({ moat, sandbox }: DataPlane, enabled: boolean): Promise<void> {
  const { seed } = sandbox.sample.pce.sandbox;
  const rules = (await moat.policy.read("draft")).ruleSets.flatMap((ruleSet) => ruleSet.rules);
  const rule = rules.find(({ description }) => description === REPORTS_READ);
  if (rule === undefined) throw new Error(`The company has no rule "${REPORTS_READ}"`);
  seed.update(rule.href.replace("/sec_policy/active/", "/sec_policy/draft/"), { enabled });
  seed.provision();
}

async function gatesOf({ moat }: DataPlane): Promise<readonly string[]> {
  return (await moat.plan()).databases.flatMap((d) => d.refused.map((r) => r.gate));
}

/** What was run and seen, for whoever reads the log of a test run. */
function summary({ states, overlaps }: DataPlane, reports: readonly LoadReport[]): string {
  const loads = reports.map((r) => `${r.host} ${r.transactions}`).join(", ");
  const least = Math.min(...overlaps.map((o) => o.arrivals));
  return `${states.length} states of the groups, each with at least ${least} connections of every client; transactions: ${loads}`;
}
