import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readFlowLogs } from "../../src/adapters/aws/read-flow-logs.ts";
import { bookText } from "../../src/adapters/notify/book-text.ts";
import { textInMemory } from "../../src/adapters/notify/text-in-memory.ts";
import { tellIncidents } from "../../src/app/incident/tell-incidents.ts";
import type { IncidentMessage } from "../../src/core/incident/incident.ts";
import { MISSION_FORMAT } from "../../src/core/onboard/flow-log.ts";
import { createFlowLogs, deleteFlowLogs, failDelivery } from "../../src/sandbox/aws/model/ec2/flow-logs.ts";
import { type WaveCompany, waveCompany } from "../support/wave-company.ts";
import { allowInLab, buildLab, known, type Lab, labelled } from "./lab.ts";
import { RHYTHM, watchLab } from "./watch-lab.ts";

/** A database whose interfaces have flow logs, a watch over it, and what it told of incidents. */
class WatchedPlace {
  readonly lab: Lab = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: [{ id: "orders", groups: ["legacy"] }],
    consumers: ["web-1", "web-2", "web-3", "web-4", "web-5"].map((name, n) => ({
      name,
      addresses: [`10.20.1.1${n}`],
      labels: labelled("web"),
    })),
  });
  readonly told: IncidentMessage[] = [];
  readonly #book = textInMemory();
  readonly watch = watchLab(this.lab, RHYTHM, {
    // The history says that nobody came.
    history: async (arns) => ({ kind: "read", consumers: [], asked: new Set(arns) }),
    logs: { subscriptions: () => readFlowLogs(this.lab.clients) },
    notice: async (look) => {
      const notifier = { name: "bus", notify: async (m: IncidentMessage) => void this.told.push(m) };
      const failed = ({ error }: { readonly error: unknown }) => {
        throw error;
      };
      const ports = { owner: "moat", clock: this.lab.ports.clock, notifiers: [notifier], failed };
      await tellIncidents(ports, { ...look, book: this.#book, format: bookText });
    },
  });

  constructor() {
    allowInLab(this.lab, "orders", ["role=web"]);
    this.lab.sandbox.s3.createBucket({ name: "logs", accountId: "111122223333", region: "eu-west-1" });
  }

  subscribe(): readonly string[] {
    const { created } = createFlowLogs(this.lab.sandbox.ec2(), {
      resourceIds: known(this.lab.databases, "orders").interfaces(),
      resourceType: "NetworkInterface",
      trafficType: "ALL",
      logDestinationType: "s3",
      logDestination: "arn:aws:s3:::logs",
      logGroupName: undefined,
      deliverLogsPermissionArn: undefined,
      logFormat: MISSION_FORMAT,
      maxAggregationInterval: 60,
      fileFormat: "plain-text",
      hiveCompatiblePartitions: false,
      perHourPartition: false,
      tags: [],
    });
    return created.map(({ flowLogId }) => flowLogId);
  }

  /** One watch, to which things happen in some of its minutes. A watch remembers for as long as it lives. */
  async happens(minutes: number, what: Readonly<Record<number, () => void>>): Promise<void> {
    await this.watch.run(minutes, (minute) => what[minute]?.());
  }

  /** Policy no longer allows one of the clients. */
  retire(name: string): void {
    this.lab.pce.seed.relabel(known(this.lab.workloads, name), labelled("retired"));
  }

  admits(address: string): boolean {
    const { port, interfaces } = known(this.lab.databases, "orders");
    return interfaces().every(
      (destination) => this.lab.sandbox.network.admits({ source: address, destination, port }).admitted,
    );
  }

  /** Incidents since this was asked last, in short. */
  news(): readonly string[] {
    return this.told.splice(0).map(({ state, incident }) => `${state} ${incident.kind}`);
  }
}

const findings = (place: WatchedPlace): readonly string[] =>
  place.watch.told().filter((line) => line.startsWith("finding"));

describe("moat watch, and flow logs that are lost", () => {
  let place: WatchedPlace;
  let logs: readonly string[];
  const remove = (): void => void deleteFlowLogs(place.lab.sandbox.ec2(), logs);

  beforeEach(() => {
    place = new WatchedPlace();
    logs = place.subscribe();
  });

  it("tells once that they were deleted, takes nothing away meanwhile, and closes it when they are back", async () => {
    await place.happens(72, {
      12: () => {
        expect(place.news()).toEqual([]);
        remove();
        place.retire("web-5");
      },
      58: () => {
        expect(place.news()).toEqual(["open flowLogsLost"]);
        expect(findings(place).toSorted()).toEqual([
          "finding FLOW_LOGS_LOST",
          "finding REVOCATION_HELD",
          "finding UNSEEN_HOURS",
        ]);
        expect(place.admits("10.20.1.14")).toBe(true);
        place.subscribe();
      },
    });
    expect(place.news()).toEqual(["resolved flowLogsLost"]);
    expect(place.admits("10.20.1.14")).toBe(false);
    expect(place.admits("10.20.1.10")).toBe(true);
  });

  it("tells that AWS does not deliver them, and why, whoever was there before", async () => {
    for (const id of logs) failDelivery(place.lab.sandbox.ec2(), id, "Access error");
    await place.happens(40, {
      20: () => {
        const [open, ...more] = place.told.splice(0);
        expect(more).toEqual([]);
        expect(open).toMatchObject({
          dedupKey: `moat flowLogsLost ${known(place.lab.databases, "orders").arn}`,
          incident: { kind: "flowLogsLost", severity: "high", database: { id: "orders" } },
        });
        expect(open?.incident.what).toMatch(/are not delivered: fl-\w+ fails \(Access error\)$/);
        for (const id of logs) failDelivery(place.lab.sandbox.ec2(), id);
      },
    });
    expect(place.news()).toEqual(["resolved flowLogsLost"]);
  });

  it("goes on with repairs and grants while they are lost", async () => {
    await place.happens(40, {
      12: remove,
      20: () =>
        void place.lab.pce.seed.workload({
          name: "web-6",
          labels: labelled("web"),
          addresses: ["10.20.1.60"],
          managed: true,
        }),
    });
    expect(place.news()).toEqual(["open flowLogsLost"]);
    expect(place.admits("10.20.1.60")).toBe(true);
  });

  it("does not take them for found while nobody can look", async () => {
    let end = (): void => undefined;
    await place.happens(70, {
      12: remove,
      20: () => {
        expect(place.news()).toEqual(["open flowLogsLost"]);
        end = place.lab.sandbox.faults.add({
          match: { operation: "DescribeFlowLogs" },
          when: "before",
          error: { code: "UnauthorizedOperation", httpStatus: 403, message: "no" },
        });
      },
      50: () => end(),
    });
    expect(place.news()).toEqual([]);
  });

  it("misses nothing where there never were any", async () => {
    remove();
    await place.happens(40, { 20: () => place.retire("web-5") });
    expect(place.news()).toEqual([]);
    expect(place.admits("10.20.1.14")).toBe(false);
  });
});

describe("sweep, and a history to which nothing comes any more", () => {
  const HOUR = 60;
  let company: WaveCompany;
  const lost = (): number => company.incidents().filter((kind) => kind === "flowLogsLost").length;
  const first = () => {
    const [one] = company.databases;
    if (one === undefined) throw new Error("There is no database");
    return one;
  };
  const admits = (n: number): boolean => company.admits(first(), company.client(first(), n));

  beforeAll(async () => {
    company = await waveCompany(
      { accounts: 2, regions: ["eu-west-1"], each: 2, rules: 4 },
      { looksAtLogs: true },
    );
    // Nobody ever comes from the first client's address, as far as anybody sees.
    company.behaviour.connects = (_, n) => n > 0;
    await company.run(3 * HOUR);
    expect(company.incidents()).toEqual([]);
  }, 300_000);

  it("tells it of each database after two whole hours, and takes nothing away", async () => {
    company.behaviour.logs = false;
    await company.run(HOUR);
    expect(lost()).toBe(0);
    await company.run(2 * HOUR);
    expect(lost()).toBe(company.databases.length);
    company.provision((policy) => ({
      ...policy,
      workloads: policy.workloads.map((w) => (/^web-\d+-0$/.test(w.name ?? "") ? { ...w, labels: [] } : w)),
    }));
    await company.run(2 * HOUR);
    expect([admits(0), admits(1)]).toEqual([true, true]);
    expect(lost()).toBe(company.databases.length);
  }, 300_000);

  it("closes it when they are back, and takes away what waited once they told of a whole day", async () => {
    company.behaviour.logs = true;
    await company.run(20);
    expect(lost()).toBe(0);
    await company.run(20 * HOUR);
    expect(admits(0)).toBe(true);
    await company.run(6 * HOUR);
    expect([admits(0), admits(1)]).toEqual([false, true]);
    expect(company.incidents()).toEqual([]);
  }, 300_000);
});
