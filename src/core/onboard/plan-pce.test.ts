import { describe, expect, it } from "vitest";
import { database } from "../../../test/fixtures/inventory.ts";
import type { PceState } from "./pce-state.ts";
import { isDone } from "./pce-state.ts";
import { planPce } from "./plan-pce.ts";
import type { WantedObjects } from "./wanted-objects.ts";

const SCOPE = { set: "moat-moat", mayRemove: () => true };
const ORDERS = database("orders", []);
const LABELS = [{ key: "role", value: "database" }];
const FQDN = ORDERS.endpoints[0] ?? "";

const WANTED: WantedObjects = {
  databases: [
    {
      database: ORDERS,
      workload: {
        reference: ORDERS.arn,
        name: "orders",
        hostname: FQDN,
        addresses: ["10.0.9.20"],
        labels: LABELS,
      },
      service: { reference: ORDERS.arn, name: "orders", port: 3306, fqdns: ORDERS.endpoints, labels: LABELS },
    },
  ],
  clients: [],
  findings: [],
};
const NOBODY: WantedObjects = { databases: [], clients: [], findings: [] };

const EMPTY: PceState = { complete: true, labels: [], workloads: [], virtualServices: [], bindings: [] };
const FULL: PceState = {
  complete: true,
  labels: [{ href: "/l/1", ...LABELS[0], set: "moat-moat" } as PceState["labels"][number]],
  workloads: [
    {
      href: "/w/1",
      name: "orders",
      hostname: FQDN,
      managed: false,
      addresses: ["10.0.9.20"],
      labels: ["/l/1"],
      set: "moat-moat",
      reference: ORDERS.arn,
    },
  ],
  virtualServices: [
    {
      href: "/v/1",
      name: "orders",
      ports: [3306],
      fqdns: ORDERS.endpoints,
      labels: ["/l/1"],
      pending: "none",
      set: "moat-moat",
      reference: ORDERS.arn,
    },
  ],
  bindings: [{ href: "/b/1", virtualService: "/v/1", workload: "/w/1" }],
};

const byHand = (state: PceState): PceState => ({
  ...state,
  workloads: state.workloads.map((each) => ({ ...each, set: "cmdb" })),
  virtualServices: state.virtualServices.map((each) => ({ ...each, set: "cmdb" })),
});

describe("planPce", () => {
  it("makes everything where there is nothing", () => {
    const { change } = planPce(EMPTY, WANTED, SCOPE);
    expect(change.labels).toEqual(LABELS);
    expect([change.workloads.create.length, change.services.create.length]).toEqual([1, 1]);
    expect(change.bindings.create).toEqual([{ reference: ORDERS.arn }]);
  });

  it("has nothing to do where all is as it should be", () => {
    expect(isDone(planPce(FULL, WANTED, SCOPE).change)).toBe(true);
  });

  it("never writes to what somebody else made, and tells of an old address", () => {
    const theirs = byHand(FULL);
    expect(isDone(planPce(theirs, WANTED, SCOPE).change)).toBe(true);
    expect(isDone(planPce(theirs, NOBODY, SCOPE).change)).toBe(true);
    const old = {
      ...theirs,
      workloads: theirs.workloads.map((each) => ({ ...each, addresses: ["10.0.9.1"] })),
    };
    const { change, findings } = planPce(old, WANTED, SCOPE);
    expect([isDone(change), findings.map(({ code }) => code)]).toEqual([true, ["ONBOARD_ADDRESS_DIFFERS"]]);
  });

  it("changes our own when an address, a port or a label is another one", () => {
    const [workload] = FULL.workloads;
    const moved = { ...FULL, workloads: [{ ...workload, addresses: ["10.0.9.1"] }] } as PceState;
    expect(planPce(moved, WANTED, SCOPE).change.workloads.update).toMatchObject([{ href: "/w/1" }]);
    const [service] = FULL.virtualServices;
    const other = { ...FULL, virtualServices: [{ ...service, ports: [3307] }] } as PceState;
    expect(planPce(other, WANTED, SCOPE).change.services.update).toMatchObject([
      { href: "/v/1", port: 3306 },
    ]);
  });

  it("keeps the addresses that the PCE has when AWS does not tell them", () => {
    const { addresses: _, ...workload } = WANTED.databases[0]?.workload ?? { addresses: [] };
    const untold = { ...WANTED, databases: [{ ...WANTED.databases[0], workload }] } as WantedObjects;
    expect(isDone(planPce(FULL, untold, SCOPE).change)).toBe(true);
  });

  it("takes everything of ours away when nobody wants it, and nothing that it may not", () => {
    const { change } = planPce(FULL, NOBODY, SCOPE);
    expect(change).toMatchObject({
      workloads: { remove: ["/w/1"] },
      services: { remove: ["/v/1"] },
      bindings: { remove: ["/b/1"] },
      idleLabels: ["/l/1"],
    });
    expect(isDone(planPce(FULL, NOBODY, { ...SCOPE, mayRemove: () => false }).change)).toBe(true);
  });

  it("provisions what an earlier run left as a draft", () => {
    const [service] = FULL.virtualServices;
    const left = { ...FULL, virtualServices: [{ ...service, pending: "changed" }] } as PceState;
    expect(planPce(left, WANTED, SCOPE).change.provision).toEqual(["/v/1"]);
  });
});
