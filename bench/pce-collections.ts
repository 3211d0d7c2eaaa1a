/** A policy as the collections of a PCE, with the fields that a PCE adds: what GET returns and a snapshot keeps. */
import type { PolicyCollections } from "../src/adapters/pce/parse/collections.ts";
import type {
  Actor,
  AllowRule,
  DenyRule,
  IpList,
  LabelTerm,
  Policy,
  RuleService,
  RuleSet,
  ServicePort,
  Workload,
} from "../src/core/policy/model.ts";

type Json = Readonly<Record<string, unknown>>;

/** Renders the parts of a generated policy; it has none that could not be read. */
export function pceCollections(policy: Policy): PolicyCollections {
  const labels = new Map(policy.labels.map((label) => [label.href, label]));
  const labelRef = (href: string): Json => ({ ...labels.get(href), href });
  return {
    labels: policy.labels.map((label) => ({ ...label, deleted: false, ...STAMPS })),
    label_groups: policy.labelGroups.map((group) => ({
      href: group.href,
      name: group.name,
      key: group.key,
      description: null,
      labels: group.labels.map(labelRef),
      sub_groups: group.subGroups.map((href) => ({ href })),
      ...STAMPS,
    })),
    ip_lists: policy.ipLists.map(ipList),
    services: policy.services.map(({ href, name, ports }) => ({
      href,
      name,
      description: "",
      service_ports: ports.map(servicePort),
      ...STAMPS,
    })),
    workloads: policy.workloads.map((each) => workload(each, labelRef)),
    virtual_services: policy.virtualServices.map((service) => ({
      href: service.href,
      name: service.name,
      description: null,
      apply_to: "host_only",
      service_ports: service.servicePorts.map(servicePort),
      service_addresses: service.serviceAddresses,
      ip_overrides: [],
      labels: service.labels.map(labelRef),
      ...STAMPS,
    })),
    service_bindings: policy.serviceBindings.map((binding) => ({
      href: binding.href,
      virtual_service: { href: binding.virtualService },
      workload: { href: binding.workload, deleted: false },
      port_overrides: [],
    })),
    rule_sets: policy.ruleSets.map(ruleSet),
  };
}

const STAMPS = {
  created_at: "2025-01-01T00:00:00.000Z",
  updated_at: "2025-01-02T00:00:00.000Z",
  created_by: { href: "/users/1" },
  updated_by: { href: "/users/1" },
  external_data_set: null,
  external_data_reference: null,
};

function workload(of: Workload, labelRef: (href: string) => Json): Json {
  return {
    href: of.href,
    deleted: false,
    managed: of.managed,
    name: of.name,
    hostname: of.hostname ?? null,
    description: null,
    public_ip: of.publicIp ?? null,
    service_principal_name: null,
    distinguished_name: null,
    ...STAMPS,
    external_data_reference: of.externalDataReference ?? null,
    interfaces: of.interfaces.map((each) => ({
      name: each.name,
      address: each.address,
      cidr_block: each.cidrBlock ?? null,
      default_gateway_address: "10.0.0.1",
      link_state: "up",
      friendly_name: null,
      loopback: each.loopback,
      network: { href: "/orgs/1/networks/04ac0d52-7c0c-4b0c-9f6c-2d2b0c6d3f10" },
      network_detection_mode: "single_private_brn",
    })),
    ignored_interface_names: of.ignoredInterfaceNames,
    service_provider: null,
    data_center: null,
    data_center_zone: null,
    os_id: "ubuntu-x86_64-jammy",
    os_detail: "5.15.0-1031-aws #35-Ubuntu SMP",
    online: true,
    labels: of.labels.map(labelRef),
    enforcement_mode: "full",
    visibility_level: "flow_summary",
    ...(of.managed
      ? {
          ven: { href: `${of.href}/ven`, hostname: of.hostname, status: "active" },
          agent: { href: "/orgs/1/agents/7", config: {}, status: {} },
        }
      : {}),
    caps: ["write"],
  };
}

function ipList({ href, name, ranges, fqdns }: IpList): Json {
  return {
    href,
    name,
    description: "",
    ip_ranges: ranges.flatMap((range) =>
      "kind" in range ? [] : [{ from_ip: range.from, to_ip: range.to, exclusion: range.exclusion }],
    ),
    fqdns: fqdns.map((fqdn) => ({ fqdn })),
    ...STAMPS,
  };
}

function servicePort(port: ServicePort | { readonly kind: "unreadable" }): Json {
  if (port.kind === "unreadable") return {};
  const { protocol, fromPort, toPort } = port;
  return {
    proto: protocol,
    ...(fromPort === undefined ? {} : { port: fromPort }),
    ...(toPort === undefined ? {} : { to_port: toPort }),
  };
}

function ruleSet({ href, name, enabled, scopes, rules, denyRules }: RuleSet): Json {
  return {
    href,
    name,
    enabled,
    description: "",
    scopes: scopes.map((scope) =>
      scope.flatMap((entry) => (entry.kind === "unreadable" ? [] : [term(entry)])),
    ),
    rules: rules.map(allowRule),
    deny_rules: denyRules.map(denyRule),
    ip_tables_rules: [],
    caps: ["write", "provision"],
    ...STAMPS,
  };
}

function allowRule(rule: AllowRule): Json {
  return {
    ...ruleBase(rule),
    resolve_labels_as: {
      providers: rule.resolveProvidersAs.map(resolveWord),
      consumers: rule.resolveConsumersAs.map(resolveWord),
    },
    egress_services: [],
    sec_connect: false,
    stateless: false,
    machine_auth: false,
    consuming_security_principals: [],
    use_workload_subnets: rule.useWorkloadSubnets,
    ...STAMPS,
  };
}

const resolveWord = (as: string): string => (as === "virtualServices" ? "virtual_services" : as);

function denyRule(rule: DenyRule): Json {
  return { ...ruleBase(rule), override: rule.override };
}

function ruleBase(rule: AllowRule | DenyRule): Json {
  return {
    href: rule.href,
    enabled: rule.enabled,
    description: rule.description ?? "",
    providers: rule.providers.map(actor),
    consumers: rule.consumers.map(actor),
    ingress_services: rule.services.map(ruleService),
    unscoped_consumers: rule.unscopedConsumers,
    network_type: rule.networkType,
  };
}

function ruleService(service: RuleService): Json {
  return service.kind === "service" ? { href: service.href } : servicePort(service);
}

function actor(of: Actor): Json {
  switch (of.kind) {
    case "ams":
      return { actors: "ams" };
    case "label":
    case "labelGroup":
      return term(of);
    case "ipList":
      return { ip_list: { href: of.href } };
    case "virtualService":
      return { virtual_service: { href: of.href } };
    case "workload":
      return { workload: { href: of.href } };
    case "unreadable":
      return {};
  }
}

function term({ kind, href, exclusion }: LabelTerm): Json {
  return { [kind === "label" ? "label" : "label_group"]: { href }, exclusion };
}
