import { describe, expect, it } from "vitest";
import { parseWorkload } from "./workload.ts";

const base = { href: "/orgs/1/workloads/6a7e", name: "web-1", interfaces: [], labels: [] };

const parsed = (fields: object) => {
  const read = parseWorkload({ ...base, ...fields }, "workloads[7]");
  return read.ok ? read.value : "lost";
};

describe("parseWorkload", () => {
  it.each([
    [{ managed: true }, true],
    [{ managed: false, ven: { href: "/orgs/1/vens/1" } }, false],
    [{ ven: { href: "/orgs/1/vens/1", status: "active" } }, true],
    [{ managed: null, agent: { href: "/orgs/1/agents/7" } }, true],
    [{ agent: { config: {}, status: null } }, false],
    [{ agent: null, ven: null }, false],
    [{}, false],
  ])("%j is managed: %s", (fields, managed) => expect(parsed(fields)).toMatchObject({ managed }));

  it("leaves out a deleted workload", () => {
    expect(parsed({ deleted: true })).toBeUndefined();
    expect(parsed({ deleted: null })).toBeDefined();
  });

  it("reads a workload whose fields are all null", () => {
    const nothing = Object.fromEntries(
      [
        "deleted",
        "managed",
        "name",
        "hostname",
        "public_ip",
        "external_data_reference",
        "interfaces",
        "labels",
      ].map((key) => [key, null]),
    );
    expect(parsed(nothing)).toEqual({
      href: base.href,
      managed: false,
      interfaces: [],
      ignoredInterfaceNames: [],
      labels: [],
      unreadable: [],
    });
  });

  it("keeps both addresses of an interface that occurs twice, and none of one without an address", () => {
    const interfaces = [
      { name: "eth0", address: "10.0.1.10", cidr_block: 24, link_state: "down", loopback: false },
      { name: "eth0", address: "2001:db8::10", cidr_block: null, loopback: null },
      { name: "eth1", address: null },
      { name: "eth2" },
    ];
    const ordinary = { name: "eth0", loopback: false, linkLocal: false };
    expect(parsed({ interfaces, ignored_interface_names: ["eth9"] })).toMatchObject({
      interfaces: [
        { ...ordinary, address: "10.0.1.10", cidrBlock: 24 },
        { ...ordinary, address: "2001:db8::10" },
      ],
      ignoredInterfaceNames: ["eth9"],
    });
  });

  it.each([
    [{ address: "127.0.0.1" }, { loopback: true, linkLocal: false }],
    [{ address: "::1" }, { loopback: true, linkLocal: false }],
    [
      { address: "10.9.9.9", loopback: true },
      { loopback: true, linkLocal: false },
    ],
    [{ address: "169.254.3.4" }, { loopback: false, linkLocal: true }],
    [{ address: "FE80::1" }, { loopback: false, linkLocal: true }],
    [
      { address: "10.1.1.1", network_detection_mode: "link_local" },
      { loopback: false, linkLocal: true },
    ],
  ])("%j is %j", (card, want) => {
    expect(parsed({ interfaces: [{ name: "x", ...card }] })).toMatchObject({ interfaces: [want] });
  });

  it("keeps what it can read beside a broken label and a broken interface", () => {
    const labels = [{ href: "/orgs/1/labels/11", key: "role", value: "web" }, { key: "app" }];
    const interfaces = [
      { name: "a", address: 7 },
      { name: "b", address: "10.0.0.1" },
    ];
    expect(parsed({ labels, interfaces })).toMatchObject({
      labels: ["/orgs/1/labels/11"],
      interfaces: [{ address: "10.0.0.1" }],
      unreadable: [
        { problem: { what: 'workloads[7].labels[1] is {"key":"app"}' } },
        { problem: { what: 'workloads[7].interfaces[0] is {"name":"a","address":7}' } },
      ],
    });
  });

  it("is lost without an href", () => expect(parsed({ href: undefined })).toBe("lost"));
});
