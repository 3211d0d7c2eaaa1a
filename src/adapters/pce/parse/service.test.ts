import { describe, expect, it } from "vitest";
import type { ServicePort, Unreadable } from "../../../core/policy/model.ts";
import { parseRuleService } from "./rule-service.ts";
import { parseService } from "./service.ts";

const href = "/orgs/1/sec_policy/draft/services/21";

function portText(port: ServicePort | Unreadable): string {
  if (port.kind === "unreadable") return "unreadable";
  return port.fromPort === undefined
    ? `${port.protocol}`
    : `${port.protocol}:${port.fromPort}-${port.toPort}`;
}

function ports(service: object): string {
  const parsed = parseService({ href, name: "mysql", ...service }, "services[0]");
  return parsed.ok && parsed.value ? parsed.value.ports.map(portText).join(" ") : "lost";
}

describe("parseService", () => {
  it.each([
    [{ service_ports: [{ port: 3306, proto: 6 }] }, "6:3306-3306"],
    [{ service_ports: [{ port: 33060, to_port: 33062, proto: 6 }] }, "6:33060-33062"],
    [{ service_ports: [{ port: 3306, to_port: null, proto: 6, icmp_type: null }] }, "6:3306-3306"],
    [{ service_ports: [{ proto: -1 }] }, "-1"],
    [{ service_ports: [{ proto: 6, port: -1 }] }, "6"],
    [{ service_ports: [{ proto: 6, port: null, to_port: null }] }, "6"],
    [{ service_ports: [{ proto: 1, icmp_type: 8, icmp_code: 0 }, { proto: 58 }] }, "1 58"],
    [{ service_ports: [{ port: 3306, proto: 6 }, { port: 1 }] }, "6:3306-3306 unreadable"],
    [{ service_ports: [{ proto: 6, port: 70000 }] }, "unreadable"],
    [{ service_ports: [{ proto: 6, port: 20, to_port: 10 }] }, "unreadable"],
    [{ service_ports: [{ proto: 6, to_port: 10 }] }, "unreadable"],
    [{ service_ports: [{ proto: "tcp", port: 10 }] }, "unreadable"],
    [{ service_ports: [null] }, "unreadable"],
    [{ service_ports: [], windows_services: null }, "unreadable"],
    [{}, "unreadable"],
    [{ windows_services: [{ service_name: "sql", port: 1433, proto: 6 }] }, "6:1433-1433"],
    [{ windows_services: [{ process_name: "sqlservr.exe" }] }, "unreadable"],
    [{ windows_services: [{ process_name: "sqlservr.exe", proto: 6, port: null }] }, "unreadable"],
    [{ windows_services: [{ process_name: "sqlservr.exe", proto: 6, port: -1 }] }, "unreadable"],
    [{ windows_egress_services: [{ process_name: "curl.exe" }] }, ""],
  ])("%j -> %s", (service, want) => expect(ports(service)).toBe(want));

  it("writes the href in the active spelling", () => {
    expect(parseService({ href, service_ports: [{ proto: 6 }] }, "")).toMatchObject({
      value: { href: "/orgs/1/sec_policy/active/services/21" },
    });
  });
});

describe("parseRuleService", () => {
  const text = (json: unknown): string =>
    parseRuleService(json, "ingress_services[0]")
      .map((service) => (service.kind === "service" ? service.href : portText(service)))
      .join(" ");

  it.each([
    [{ href }, "/orgs/1/sec_policy/active/services/21"],
    [
      { href, name: "mysql", service_ports: [{ port: 1, proto: 6 }] },
      "/orgs/1/sec_policy/active/services/21",
    ],
    [{ proto: 6, port: 5432 }, "6:5432-5432"],
    [{ href: null, proto: 6, port: 5432, to_port: 5440 }, "6:5432-5440"],
    [{ proto: 17 }, "17"],
    [
      {
        name: "db",
        service_ports: [
          { proto: 6, port: 3306 },
          { proto: 6, port: 5432 },
        ],
      },
      "6:3306-3306 6:5432-5432",
    ],
    [{ name: "db", service_ports: [{ proto: 6, port: 3306 }, {}] }, "6:3306-3306 unreadable"],
    [{ name: "db", service_ports: [] }, "unreadable"],
    [{ name: "db" }, "unreadable"],
    [{ href: 21 }, "unreadable"],
    ["mysql", "unreadable"],
  ])("%j -> %s", (json, want) => expect(text(json)).toBe(want));
});
