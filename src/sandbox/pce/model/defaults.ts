import type { JsonObject } from "./json.ts";
import { pendingChanges } from "./pending.ts";
import { makeActive } from "./provisioning.ts";
import { type Actor, type PceState, tableOf, timestamp } from "./state.ts";

const PCE: Actor = { userHref: "/users/0", username: "pce" };

/** Fills a fresh organisation with what every PCE comes with, as policy version 1. */
export function addDefaultObjects(state: PceState): void {
  for (const key of ["role", "app", "env", "loc"]) addDimension(state, key);
  addPolicyObject(state, "ip_lists", "1", {
    name: "Any (0.0.0.0/0 and ::/0)",
    ip_ranges: [
      { from_ip: "0.0.0.0/0", exclusion: false },
      { from_ip: "::/0", exclusion: false },
    ],
    fqdns: [],
  });
  addPolicyObject(state, "services", "1", { name: "All Services", service_ports: [{ proto: -1 }] });
  addPolicyObject(state, "services", "2", { name: "ICMP", service_ports: [{ proto: 1 }, { proto: 58 }] });
  addPolicyObject(state, "firewall_settings", "1", {
    allow_ipv6: true,
    network_detection_mode: "single_private_brn",
  });
  addDefaultRuleSet(state);
  // The counter of services starts after the two that are there.
  state.ids.integer("services");
  makeActive(state, PCE, "Default policy", pendingChanges(state));
}

function addDimension(state: PceState, key: string): void {
  const names: Readonly<Record<string, string>> = {
    role: "Role",
    app: "Application",
    env: "Environment",
    loc: "Location",
  };
  const href = `/orgs/${state.orgId}/label_dimensions/${state.ids.uuid()}`;
  tableOf(state, "label_dimensions").set(href, {
    href,
    key,
    display_name: names[key] ?? key,
    display_info: { initial: key.slice(0, 1).toUpperCase() },
    deleted: false,
    external_data_set: null,
    external_data_reference: null,
    ...birth(state),
    caps: [],
  });
}

function addPolicyObject(state: PceState, collection: string, id: string, fields: JsonObject): void {
  const href = `/orgs/${state.orgId}/sec_policy/draft/${collection}/${id}`;
  tableOf(state, collection).set(href, {
    href,
    description: null,
    external_data_set: null,
    external_data_reference: null,
    ...fields,
    ...birth(state),
    deleted_at: null,
    deleted_by: null,
    update_type: "create",
    caps: ["write", "provision"],
  });
}

/** Outbound to anywhere: it never opens a database. */
function addDefaultRuleSet(state: PceState): void {
  const policy = `/orgs/${state.orgId}/sec_policy/draft`;
  addPolicyObject(state, "rule_sets", "1", {
    name: "Default",
    enabled: true,
    scopes: [[]],
    rules: [
      {
        href: `${policy}/rule_sets/1/sec_rules/1`,
        enabled: true,
        description: "Outbound to anywhere",
        providers: [{ ip_list: { href: `${policy}/ip_lists/1` } }],
        consumers: [{ actors: "ams" }],
        ingress_services: [{ href: `${policy}/services/1` }],
        egress_services: [],
        resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
        unscoped_consumers: false,
        sec_connect: false,
        stateless: false,
        machine_auth: false,
        consuming_security_principals: [],
        network_type: "brn",
        use_workload_subnets: [],
        ...birth(state),
        update_type: "create",
      },
    ],
    deny_rules: [],
    ip_tables_rules: [],
  });
}

function birth(state: PceState): JsonObject {
  const now = timestamp(state);
  const by = { href: PCE.userHref };
  return { created_at: now, updated_at: now, created_by: by, updated_by: by };
}
