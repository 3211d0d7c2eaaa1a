import { describe, expect, it } from "vitest";
import { binding, ORDERS, policy, virtualService, workload } from "../../../test/fixtures/policy.ts";
import { matchDatabases } from "./database-match.ts";
import type { Policy, VirtualService, Workload } from "./model.ts";
import { policyIndex } from "./policy-index.ts";
import type { DatabaseIdentity } from "./resolution.ts";

const DATABASE: DatabaseIdentity = {
  arn: "arn:cluster",
  memberArns: ["arn:member-1"],
  endpoints: ["writer.example", "reader.example"],
  addresses: ["10.0.9.20", "2001:db8::20"],
  port: 3306,
};

const at = (address: string) => [{ name: "eth0", address, loopback: false, linkLocal: false }];
const byFqdn = { serviceAddresses: [{ fqdn: "WRITER.example." }] };

function match(of: Partial<Policy>) {
  const index = policyIndex(policy({ workloads: [], virtualServices: [], serviceBindings: [], ...of }));
  const [found] = matchDatabases(index, [DATABASE]);
  return found;
}

function matched(workloads: readonly Workload[], virtualServices: readonly VirtualService[] = []): string {
  const serviceBindings = virtualServices.map((service) => binding(service.name, "bound"));
  const found = match({ workloads: [...workloads, workload("bound")], virtualServices, serviceBindings });
  return (found?.matched ?? []).map((each) => `${each.by} ${each.href}`).join(", ");
}

describe("which objects stand for a database", () => {
  it.each([
    { title: "ARN", of: { externalDataReference: "arn:cluster" }, want: "arn /workloads/a" },
    { title: "ARN of a member", of: { externalDataReference: "arn:member-1" }, want: "arn /workloads/a" },
    { title: "another ARN", of: { externalDataReference: "arn:cluster-2" }, want: "" },
    { title: "host name", of: { hostname: "writer.example" }, want: "hostname /workloads/a" },
    {
      title: "host name, written another way",
      of: { hostname: "Reader.Example." },
      want: "hostname /workloads/a",
    },
    { title: "address", of: { interfaces: at("10.0.9.20") }, want: "address /workloads/a" },
    {
      title: "IPv6 address, written another way",
      of: { interfaces: at("2001:DB8:0::20") },
      want: "address /workloads/a",
    },
    {
      title: "an ignored interface",
      of: { interfaces: at("10.0.9.20"), ignoredInterfaceNames: ["eth0"] },
      want: "",
    },
    { title: "nothing", of: {}, want: "" },
  ])("a workload by $title", ({ of, want }) => {
    expect(matched([workload("a", of)])).toBe(want);
  });

  it("takes the bound workloads of a virtual service that names the endpoint or the ARN", () => {
    const found = matched([], [virtualService("v", byFqdn)]);
    expect(found).toBe("fqdn /workloads/bound, fqdn /virtual_services/v");
    const byArn = matched([], [virtualService("v", { externalDataReference: "arn:cluster" })]);
    expect(byArn).toBe("arn /workloads/bound, arn /virtual_services/v");
  });

  it("lets the strongest name win", () => {
    const arn = workload("a", { externalDataReference: "arn:cluster" });
    const host = workload("b", { hostname: "writer.example" });
    const address = workload("c", { interfaces: at("10.0.9.20") });
    const service = virtualService("v", byFqdn);
    expect(matched([arn, host, address], [service])).toBe("arn /workloads/a");
    expect(matched([host, address], [service])).toBe("fqdn /workloads/bound, fqdn /virtual_services/v");
    expect(matched([host, address])).toBe("hostname /workloads/b");
  });

  it("counts all that are equally strong, and reports them", () => {
    const two = [
      workload("b", { hostname: "reader.example" }),
      workload("a", { hostname: "writer.example" }),
    ];
    const found = match({ workloads: two });
    expect(found?.matched.map((each) => each.href)).toEqual(["/workloads/a", "/workloads/b"]);
    expect(found?.findings.map(({ code }) => code)).toEqual(["DATABASE_MATCHES_SEVERAL"]);
  });

  it("goes on to weaker names when a virtual service is bound to nothing, and reports it", () => {
    const virtualServices = [virtualService("v", byFqdn)];
    const found = match({ workloads: [workload("a", { hostname: "writer.example" })], virtualServices });
    expect(found?.matched).toEqual([
      { kind: "workload", href: "/workloads/a", by: "hostname" },
      { kind: "virtualService", href: "/virtual_services/v", by: "fqdn" },
    ]);
    expect(found?.findings.map(({ code }) => code)).toEqual(["VIRTUAL_SERVICE_UNBOUND"]);
  });

  it("does not take a public address for one the database listens on", () => {
    const index = policyIndex(policy({ workloads: [workload("a", { publicIp: "10.0.9.20" })] }), {
      includePublicIp: true,
    });
    expect(matchDatabases(index, [ORDERS])[0]?.matched).toEqual([]);
  });
});
