import type { PceSeed } from "../../src/sandbox/pce/index.ts";

/** Hrefs of the sample, as drafts. */
export interface SamplePce {
  readonly database: string;
  readonly ruleSet: string;
  readonly version: number;
}

/** Fills a PCE with one object of each kind, and provisions it. */
export function seedSamplePce(seed: PceSeed): SamplePce {
  const labels = { role: "database", app: "orders", env: "prod" };
  const web = seed.workload({
    name: "web-1",
    labels: { role: "web", app: "orders", env: "prod" },
    addresses: ["10.0.1.10/24", "2001:db8::10"],
    managed: true,
  });
  const database = seed.workload({
    name: "rds-orders",
    hostname: "orders.rds.example.com",
    labels,
    addresses: ["10.0.9.20"],
  });
  const group = seed.labelGroup("clients", "role", ["web", "batch"]);
  const corp = seed.ipList("corp", ["10.20.0.0/16", { from_ip: "10.20.5.0/24", exclusion: true }]);
  const mysql = seed.service("mysql", ["tcp/3306"]);
  const virtualService = seed.virtualService("ordersdb", {
    labels,
    ports: ["tcp/3306"],
    fields: { service_addresses: [{ fqdn: "orders.rds.example.com", port: 3306 }] },
  });
  const ruleSet = seed.ruleSet("orders prod", [["app=orders", "env=prod"]]);
  seed.rule(ruleSet, {
    providers: ["role=database"],
    consumers: [group, corp, web],
    services: [mysql, "tcp/33060-33062"],
  });
  seed.denyRule(ruleSet, {
    providers: ["role=database"],
    consumers: ["role=batch"],
    services: [mysql],
    fields: { override: true },
  });
  const version = seed.provision();
  seed.bind(virtualService, database, [{ port: 3306, proto: 6, new_port: 3307 }]);
  return { database, ruleSet, version };
}
