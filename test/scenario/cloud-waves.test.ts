import { beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../src/core/policy/model.ts";
import {
  type CompanyDatabase,
  WATCH_MINUTES,
  type WaveCompany,
  waveCompany,
} from "../support/wave-company.ts";

const SIZE = { accounts: 5, regions: ["eu-west-1", "us-east-1"], each: 50, rules: 4 };
const WAVES = [0, 1, 2, 3];
/** Long enough for every wave, and the looks between them; half of it for two. */
const ALL_WAVES = 4 * (WATCH_MINUTES + 30);

/** Policy forgets the first client of every database, as a wrong label would. */
const shutOut = (policy: Policy): Policy => ({
  ...policy,
  workloads: policy.workloads.map((w) => (/^web-\d+-0$/.test(w.name ?? "") ? { ...w, labels: [] } : w)),
});
/** Where the first client no longer comes in. */
const shut = ({ databases, admits, client }: WaveCompany): readonly CompanyDatabase[] =>
  databases.filter((d) => !admits(d, client(d, 0)));
const perWave = (some: readonly CompanyDatabase[]): readonly number[] =>
  WAVES.map((place) => some.filter((d) => d.place === place).length);
/** Everybody but the first client comes in everywhere. */
const others = ({ databases, admits, client }: WaveCompany): boolean =>
  databases.every((d) => [1, 2, 3].every((n) => admits(d, client(d, n))));
const known = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("There is none");
  return value;
};

/** A company that has been watched since its functions were installed, so that all waves are open. */
async function settled(): Promise<WaveCompany> {
  const company = await waveCompany(SIZE);
  await company.run(WATCH_MINUTES + 15);
  return company;
}

describe("500 databases, and a policy that shuts out clients who come", () => {
  let company: WaveCompany;
  let before: Policy;
  let all: readonly number[] = [];

  beforeAll(async () => {
    company = await settled();
    before = company.policy();
    all = perWave(company.databases);
    // Nobody comes to the canaries: they cannot tell.
    company.behaviour.connects = ({ place }) => place > 0;
  }, 600_000);

  it("is stopped by the first wave whose clients show it", async () => {
    expect(all.every((count) => count > 0)).toBe(true);
    expect(shut(company)).toEqual([]);
    company.provision(shutOut);
    await company.run(ALL_WAVES / 2);
    expect(perWave(shut(company))).toEqual([all[0], all[1], 0, 0]);
    expect(others(company)).toBe(true);
  }, 600_000);

  it("is told as an incident and as a figure, as long as it lasts", async () => {
    expect(company.incidents()).toEqual(["rolloutHalted"]);
    expect(company.figure("WavesStopped")).toBe(1);
    expect(JSON.parse(known(company.texts.get("rollout")))).toMatchObject({
      halted: { finding: { code: "ROLLOUT_HALTED" } },
    });
  });

  it("holds back neither a repair nor a grant, and another version of policy does not set it free", async () => {
    const rest = company.databases.filter((d) => d.place === 3);
    await company.tamper(known(rest[0]), "198.51.100.7/32");
    expect(company.admits(known(rest[0]), "198.51.100.7")).toBe(true);
    // An application gets a new client, on 10.200.99.0/24.
    company.provision((policy) => ({
      ...policy,
      workloads: policy.workloads.map((w) =>
        w.name === "web-1-1"
          ? {
              ...w,
              interfaces: [
                ...w.interfaces,
                { name: "eth1", address: "10.200.99.1", loopback: false, linkLocal: false },
              ],
            }
          : w,
      ),
    }));
    await company.run(15);
    expect(company.admits(known(rest[0]), "198.51.100.7")).toBe(false);
    const [served] = rest.filter(({ id }) => id === "db-1");
    expect(company.admits(known(served), "10.200.99.1")).toBe(true);
    expect(perWave(shut(company))).toEqual([all[0], all[1], 0, 0]);
    expect(company.incidents()).toEqual(["rolloutHalted"]);
  }, 600_000);

  it("goes on with a version that lets them in again, and they come in at once", async () => {
    company.provision(() => before);
    await company.run(10);
    expect(shut(company)).toEqual([]);
    await company.run(WATCH_MINUTES + 15);
    expect(company.incidents()).toEqual([]);
    expect(company.figure("WavesStopped")).toBe(0);
    expect(others(company)).toBe(true);
  }, 600_000);
});

describe("500 databases, and a policy that shuts out who does not come", () => {
  it("goes through all waves, each after the one before was watched; deaths and doubles change nothing", async () => {
    const company = await settled();
    const all = perWave(company.databases);
    company.behaviour.connects = (_, n) => n > 0;
    company.behaviour.copies = 2;
    // Every third write of a memory kills its process, of sweeps and of reconciles, before they change and after.
    let writes = 0;
    company.behaviour.dies = (key, text) =>
      key !== "rollout" && text.includes("narrowed") && ++writes % 3 === 0;
    const times = new Map<number, { first: number; last: number }>();
    let minute = 0;
    company.provision(shutOut);
    const done = new Set<string>();
    await company.run(ALL_WAVES, () => {
      minute += 5;
      for (const { arn, place } of shut(company).filter((d) => !done.has(d.arn))) {
        done.add(arn);
        times.set(place, { first: times.get(place)?.first ?? minute, last: minute });
      }
    });
    expect(perWave(shut(company))).toEqual(all);
    for (const place of [1, 2, 3])
      expect(known(times.get(place)).first - known(times.get(place - 1)).last).toBeGreaterThanOrEqual(
        WATCH_MINUTES,
      );
    expect(company.incidents()).toEqual([]);
    expect(others(company)).toBe(true);
  }, 600_000);
});
