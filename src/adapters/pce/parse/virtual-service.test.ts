import { describe, expect, it } from "vitest";
import { parseServiceBinding } from "./service-binding.ts";
import { parseVirtualService } from "./virtual-service.ts";

const href = "/orgs/1/sec_policy/draft/virtual_services/9d21";
const active = "/orgs/1/sec_policy/active/virtual_services/9d21";
const workload = { href: "/orgs/1/workloads/c0de", name: "rds-orders" };

const service = (fields: object) => {
  const read = parseVirtualService({ href, name: "ordersdb", ...fields }, "virtual_services[0]");
  return read.ok ? read.value : "lost";
};

describe("parseVirtualService", () => {
  it.each([
    [{ service_ports: [{ proto: 6, port: 3306 }] }, [{ fromPort: 3306, toPort: 3306 }]],
    [{ service_ports: [{ proto: 6, port: -1 }], service: null }, [{ kind: "port", protocol: 6 }]],
    [{ service: { href: "/orgs/1/sec_policy/draft/services/21" }, service_ports: null }, []],
    [
      { service: { href: "/orgs/1/sec_policy/active/services/21" }, service_ports: [{ proto: 6, port: 1 }] },
      [],
    ],
    [{ service: null, service_ports: [] }, [{ kind: "unreadable" }]],
    [{ service_ports: [{ port: 3306 }] }, [{ kind: "unreadable" }]],
  ])("%j has ports %j", (fields, servicePorts) => {
    expect(service(fields)).toMatchObject({ virtualService: { href: active, servicePorts } });
  });

  it("reads its addresses and overrides, and reports those that it cannot", () => {
    const fields = {
      service_ports: [{ proto: 6 }],
      service_addresses: [
        { fqdn: "orders.rds.example.com", port: 3306 },
        { ip: "10.0.9.20", network: {} },
        "x",
      ],
      ip_overrides: ["10.1.0.0/16", "10.2.0.9", "2001:DB8::/32", "office"],
    };
    expect(service(fields)).toMatchObject({
      virtualService: {
        serviceAddresses: [{ fqdn: "orders.rds.example.com", port: 3306 }, { ip: "10.0.9.20" }],
        ipOverrides: ["10.1.0.0/16", "10.2.0.9/32", "2001:db8::/32", { kind: "unreadable" }],
      },
      problems: [{ what: 'virtual_services[0].service_addresses[2] is "x"' }],
    });
  });

  it("keeps a label that it cannot read, for rules may turn on it", () => {
    expect(
      service({ service_ports: [{ proto: 6 }], labels: [{ href: "/orgs/1/labels/11" }, {}] }),
    ).toMatchObject({
      virtualService: {
        labels: ["/orgs/1/labels/11"],
        unreadable: [{ problem: { what: "virtual_services[0].labels[1] is {}" } }],
      },
    });
  });

  it("refers to its service in the active spelling", () => {
    expect(service({ service: { href: "/orgs/1/sec_policy/draft/services/21" } })).toMatchObject({
      virtualService: { service: "/orgs/1/sec_policy/active/services/21" },
    });
  });
});

describe("parseServiceBinding", () => {
  const binding = (fields: object) => {
    const read = parseServiceBinding(
      { href: "/orgs/1/service_bindings/aa17", workload, ...fields },
      "bindings[0]",
    );
    return read.ok ? read.value : "lost";
  };

  it.each([
    [{ virtual_service: { href } }],
    [{ bound_service: { href } }],
    [{ virtual_service: { href: active } }],
  ])("%j names the virtual service", (fields) => {
    expect(binding(fields)).toEqual({
      href: "/orgs/1/service_bindings/aa17",
      virtualService: active,
      workload: workload.href,
      portOverrides: [],
    });
  });

  it.each([
    [
      { port: 3306, proto: 6, new_port: 3307 },
      { port: 3306, protocol: 6, newPort: 3307 },
    ],
    [
      { port: 3306, protocol: 6, new_port: 3307 },
      { port: 3306, protocol: 6, newPort: 3307 },
    ],
    [
      { new_port: 3307, new_to_port: 3309, port: null, proto: null },
      { newPort: 3307, newToPort: 3309 },
    ],
    [{ port: 3306 }, { kind: "unreadable" }],
    [{ new_port: 9, new_to_port: 8 }, { kind: "unreadable" }],
  ])("override %j -> %j", (override, want) => {
    expect(binding({ virtual_service: { href }, port_overrides: [override] })).toMatchObject({
      portOverrides: [want],
    });
  });

  it.each([
    [{ virtual_service: { href }, workload: { ...workload, deleted: true } }, undefined],
    [{ virtual_service: { href }, workload: null, container_workload: { href: "/c" } }, undefined],
    [{ virtual_service: { href }, workload: null }, "lost"],
    [{}, "lost"],
  ])("%j -> %s", (fields, want) => expect(binding(fields)).toBe(want));
});
