/** Tiny worlds in which random rules, labels and addresses collide all the time. */
import fc from "fast-check";
import type { Cidr } from "../../src/core/net/cidr.ts";
import type {
  Actor,
  AllowRule,
  DenyRule,
  IpList,
  LabelGroup,
  LabelTerm,
  Policy,
  PortOverride,
  ResolveAs,
  RuleService,
  RuleSet,
  Service,
  ServiceBinding,
  ServicePort,
  Unreadable,
  VirtualService,
  Workload,
  WorkloadInterface,
} from "../../src/core/policy/model.ts";
import type { DatabaseIdentity, ResolveOptions } from "../../src/core/policy/resolution.ts";

const VALUES = { role: ["web", "db", "batch"], app: ["orders", "billing"], env: ["prod", "dev"] } as const;

export const LABELS = Object.entries(VALUES).flatMap(([key, values]) =>
  values.map((value) => ({ href: `/labels/${key}-${value}`, key, value })),
);
const PORTS = [3306, 3307, 5432] as const;
const V4 = Array.from({ length: 16 }, (_, n) => `10.0.0.${n}`);
const V6 = Array.from({ length: 4 }, (_, n) => `2001:db8::${n}`);

/** Every address worth a question: those of the world, and some that must never be let in by accident. */
export const ADDRESSES = [
  ...V4,
  ...V6,
  "10.0.0.16",
  "203.0.113.9",
  "127.0.0.1",
  "169.254.1.1",
  "::1",
  "fe80::1",
  "2001:db8::4",
];

export const UNREADABLE: Unreadable = {
  kind: "unreadable",
  problem: { code: "TEST_UNREADABLE", what: "something", why: "it is broken", fix: "mend it" },
};

/** A value of `rare` once in `n` times. */
function seldom<R, U>(n: number, rare: fc.Arbitrary<R>, usual: fc.Arbitrary<U>): fc.Arbitrary<R | U> {
  return fc.oneof({ weight: n - 1, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

function maybe<T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq });
}

/** Leaves out the fields that are undefined, as sound documents do. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

function list<T>(of: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(of, { minLength, maxLength });
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `/${prefix}/${n}`);
}

const labelHref = fc.constantFrom(...LABELS.map((label) => label.href));
const anyLabelHref = seldom(40, fc.constant("/labels/missing"), labelHref);
const groupHref = seldom(
  30,
  fc.constant("/label_groups/missing"),
  fc.constantFrom(...names("label_groups", 4)),
);
const unreadable = fc.constant(UNREADABLE);

/** Mostly one label per key, as the product has it; now and then several, or one that nobody knows. */
const ownLabels = seldom(
  8,
  list(anyLabelHref, 0, 3),
  fc
    .tuple(
      ...Object.entries(VALUES).map(([key, values]) =>
        maybe(fc.constantFrom(...values.map((value) => `/labels/${key}-${value}`)), 5),
      ),
    )
    .map((labels) => labels.filter((label) => label !== undefined)),
);

const labelGroup: fc.Arbitrary<Omit<LabelGroup, "href">> = fc
  .constantFrom(...Object.entries(VALUES))
  .chain(([key, values]) => {
    const own = fc.constantFrom(...values.map((value) => `/labels/${key}-${value}`));
    return fc
      .record({
        name: fc.constant("group"),
        key: seldom(4, fc.constant(undefined), fc.constant(key)),
        labels: list(seldom(15, anyLabelHref, own), 0, 2),
        subGroups: list(groupHref, 0, 2),
        unreadable: seldom(15, fc.constant([UNREADABLE]), fc.constant([])),
      })
      .map(compact) as fc.Arbitrary<Omit<LabelGroup, "href">>;
  });

const address = seldom(5, fc.constantFrom(...V6), fc.constantFrom(...V4));
const dirtyAddress = fc.constantFrom(
  "127.0.0.1",
  "::1",
  "169.254.1.1",
  "fe80::1",
  "fe80::1%eth0",
  "10.0.0.300",
  "nonsense",
  "",
  "2001:DB8:0::1",
);

const networkInterface: fc.Arbitrary<WorkloadInterface> = fc
  .record({
    name: fc.constantFrom("eth0", "eth1"),
    address: seldom(12, dirtyAddress, address),
    cidrBlock: maybe(fc.constantFrom(0, 28, 29, 30, 31, 32, 33, 126, 128, 129), 4),
    loopback: seldom(15, fc.constant(true), fc.constant(false)),
    linkLocal: seldom(15, fc.constant(true), fc.constant(false)),
  })
  .map(compact) as fc.Arbitrary<WorkloadInterface>;

const reference = fc.constantFrom("arn:0", "arn:1", "arn:1-member", "elsewhere");
const hostname = fc.constantFrom("db0.example", "DB1.example.", "db1-reader.example", "web.example");

const workload: fc.Arbitrary<Omit<Workload, "href">> = fc
  .record({
    name: maybe(fc.constant("some workload")),
    hostname: maybe(hostname, 2),
    externalDataReference: maybe(reference, 2),
    publicIp: maybe(fc.constantFrom("203.0.113.9", "10.0.0.3"), 2),
    managed: fc.boolean(),
    interfaces: list(networkInterface, 0, 2),
    ignoredInterfaceNames: seldom(6, list(fc.constantFrom("eth0", "eth1"), 1, 2), fc.constant([])),
    labels: ownLabels,
    unreadable: seldom(40, list(unreadable, 1, 1), fc.constant([])),
  })
  .map(compact) as fc.Arbitrary<Omit<Workload, "href">>;

const port = fc.constantFrom(...PORTS);
const servicePort: fc.Arbitrary<ServicePort> = seldom(
  5,
  fc
    .record({
      kind: fc.constant("port"),
      protocol: fc.constantFrom(6, -1, 17, 1),
      fromPort: maybe(fc.constantFrom(0, 3306, 3307, 5432)),
      toPort: maybe(fc.constantFrom(3306, 3307, 5432, 65535)),
    })
    .map(compact) as fc.Arbitrary<ServicePort>,
  fc.oneof(
    port.map((fromPort): ServicePort => ({ kind: "port", protocol: 6, fromPort })),
    fc.constant<ServicePort>({ kind: "port", protocol: 6, fromPort: 3306, toPort: 5432 }),
  ),
);
const portOrNot = seldom(20, unreadable, servicePort);
const service: fc.Arbitrary<Omit<Service, "href">> = fc.record({
  name: fc.constant("service"),
  ports: list(portOrNot, 1, 3),
});
const serviceHref = seldom(25, fc.constant("/services/missing"), fc.constantFrom(...names("services", 3)));
const ruleService: fc.Arbitrary<RuleService> = fc.oneof(
  { weight: 3, arbitrary: serviceHref.map((href): RuleService => ({ kind: "service", href })) },
  { weight: 4, arbitrary: portOrNot },
);

const cidr = fc.constantFrom(
  ...(["10.0.0.4/30", "10.0.0.7/32", "10.0.0.8/29", "2001:db8::/127", "0.0.0.0/0"] as Cidr[]),
);
const virtualService: fc.Arbitrary<Omit<VirtualService, "href">> = fc
  .record({
    name: fc.constant("virtual service"),
    labels: ownLabels,
    service: maybe(serviceHref, 1),
    servicePorts: list(portOrNot, 1, 2),
    serviceAddresses: seldom(
      2,
      list(
        hostname.map((fqdn) => ({ fqdn })),
        1,
        1,
      ),
      fc.constant([]),
    ),
    ipOverrides: seldom(4, list(seldom(12, unreadable, cidr), 1, 2), fc.constant([])),
    externalDataReference: maybe(reference, 1),
    unreadable: seldom(40, list(unreadable, 1, 1), fc.constant(undefined)),
  })
  .map(compact) as fc.Arbitrary<Omit<VirtualService, "href">>;

const workloadHref = seldom(30, fc.constant("/workloads/missing"), fc.constantFrom(...names("workloads", 6)));
const virtualServiceHref = seldom(
  30,
  fc.constant("/virtual_services/missing"),
  fc.constantFrom(...names("virtual_services", 3)),
);
const portOverride = fc
  .record({
    port: maybe(port, 4),
    protocol: maybe(fc.constantFrom(6, 17), 2),
    newPort: port,
    newToPort: maybe(fc.constantFrom(3307, 5432), 1),
  })
  .map(compact) as fc.Arbitrary<PortOverride>;
const binding: fc.Arbitrary<Omit<ServiceBinding, "href">> = fc.record({
  virtualService: virtualServiceHref,
  workload: workloadHref,
  portOverrides: seldom(3, list(seldom(15, unreadable, portOverride), 1, 2), fc.constant([])),
});

const range: fc.Arbitrary<IpList["ranges"][number]> = seldom(
  25,
  fc.constantFrom(
    UNREADABLE,
    { ...UNREADABLE, exclusion: false },
    { ...UNREADABLE, exclusion: true },
    { from: "10.0.0.9", to: "10.0.0.2", exclusion: false },
    { from: "10.0.0.1", to: "2001:db8::1", exclusion: true },
  ),
  fc
    .tuple(
      seldom(3, fc.constant(V6), fc.constant(V4)),
      fc.nat(15),
      fc.nat(7),
      seldom(3, fc.constant(true), fc.constant(false)),
    )
    .map(([family, at, length, exclusion]) => ({
      from: family[at % family.length] ?? "",
      to: family[Math.min((at % family.length) + length, family.length - 1)] ?? "",
      exclusion,
    })),
);
const ipList: fc.Arbitrary<Omit<IpList, "href">> = fc.record({
  name: fc.constant("list"),
  ranges: seldom(
    8,
    fc.constant([
      { from: "0.0.0.0", to: "255.255.255.255", exclusion: false },
      { from: "::", to: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", exclusion: false },
    ]),
    list(range, 1, 3),
  ),
  fqdns: seldom(6, fc.constant(["*.example.com"]), fc.constant([])),
});

const exclusion = seldom(5, fc.constant(true), fc.constant(false));
const labelTerm: fc.Arbitrary<LabelTerm> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("label"), href: anyLabelHref, exclusion }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("labelGroup"), href: groupHref, exclusion }) },
);
const ams: Actor = { kind: "ams" };
const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 12, arbitrary: labelTerm },
  { weight: 3, arbitrary: fc.constant(ams) },
  { weight: 3, arbitrary: workloadHref.map((href): Actor => ({ kind: "workload", href })) },
  { weight: 3, arbitrary: virtualServiceHref.map((href): Actor => ({ kind: "virtualService", href })) },
  {
    weight: 3,
    arbitrary: seldom(20, fc.constant("/ip_lists/missing"), fc.constantFrom(...names("ip_lists", 3))).map(
      (href): Actor => ({ kind: "ipList", href }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<("direct" | "label")[]>("direct", "label")
      .map((side): Actor => ({ ...UNREADABLE, side })),
  },
);
const actors = seldom(3, list(actor, 3, 3), list(actor, 1, 2));
const resolveAs: fc.Arbitrary<ResolveAs[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ResolveAs[]>(["workloads"]) },
  { weight: 1, arbitrary: fc.constant<ResolveAs[]>(["virtualServices"]) },
  { weight: 2, arbitrary: fc.constant<ResolveAs[]>(["workloads", "virtualServices"]) },
);
const networkType = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("brn" as const, "all" as const) },
  { weight: 1, arbitrary: fc.constant("non_brn" as const) },
);
const mostly = (value: boolean): fc.Arbitrary<boolean> => seldom(10, fc.constant(!value), fc.constant(value));

const ruleBase = {
  enabled: mostly(true),
  providers: actors,
  consumers: actors,
  unscopedConsumers: fc.boolean(),
  networkType,
  description: maybe(fc.constant("some rule")),
};
const allowRule: fc.Arbitrary<Omit<AllowRule, "href">> = fc
  .record({
    ...ruleBase,
    kind: fc.constant("allow" as const),
    services: seldom(5, fc.constant<RuleService[]>([]), list(ruleService, 1, 2)),
    inexpressible: seldom(
      15,
      fc.constant([{ kind: "userGroups" as const, problem: UNREADABLE.problem }]),
      fc.constant([]),
    ),
    resolveProvidersAs: resolveAs,
    resolveConsumersAs: resolveAs,
    useWorkloadSubnets: seldom(
      4,
      fc.constantFrom<("providers" | "consumers")[][]>(["consumers"], ["providers"]),
      fc.constant([]),
    ),
  })
  .map(compact) as fc.Arbitrary<Omit<AllowRule, "href">>;
const denyRule: fc.Arbitrary<Omit<DenyRule, "href">> = fc
  .record({
    ...ruleBase,
    kind: fc.constant("deny" as const),
    override: mostly(true),
    services: seldom(15, fc.constant<RuleService[]>([]), list(ruleService, 1, 2)),
    inexpressible: seldom(
      30,
      fc.constant([{ kind: "unreadable" as const, problem: UNREADABLE.problem }]),
      fc.constant([]),
    ),
  })
  .map(compact) as fc.Arbitrary<Omit<DenyRule, "href">>;

const scopeEntry = seldom(40, unreadable, labelTerm);
const scope = seldom(4, list(scopeEntry, 2, 2), list(scopeEntry, 0, 1));
const ruleSet: fc.Arbitrary<Omit<RuleSet, "href">> = fc.record({
  name: fc.constant("rule set"),
  enabled: mostly(true),
  scopes: seldom(4, fc.constant([]), list(scope, 1, 2)),
  rules: list(allowRule, 1, 4).map((rules) => numbered("rules", rules)),
  denyRules: seldom(4, list(denyRule, 1, 1), fc.constant([])).map((rules) => numbered("deny_rules", rules)),
});

function numbered<T extends object>(prefix: string, objects: readonly T[]): (T & { href: string })[] {
  return objects.map((object, n) => ({ ...object, href: `/${prefix}/${n}` }));
}

function collection<T extends object>(prefix: string, of: fc.Arbitrary<T>, count: number) {
  return list(of, count, count).map((objects) => numbered(prefix, objects));
}

export interface World {
  readonly policy: Policy;
  readonly databases: readonly DatabaseIdentity[];
  readonly options: ResolveOptions;
}

const DATABASES: readonly DatabaseIdentity[] = [
  { arn: "arn:0", memberArns: [], endpoints: ["db0.example"], addresses: ["10.0.0.14"], port: 3306 },
  {
    arn: "arn:1",
    memberArns: ["arn:1-member"],
    endpoints: ["db1.example", "db1-reader.example"],
    addresses: ["10.0.0.15", "2001:db8::3"],
    port: 5432,
  },
];

const policy: fc.Arbitrary<Policy> = fc.record({
  source: fc.constant("pce" as const),
  version: fc.constant("1"),
  labels: fc.constant(LABELS),
  labelGroups: collection("label_groups", labelGroup, 4),
  ipLists: collection("ip_lists", ipList, 3),
  services: collection("services", service, 3),
  workloads: collection("workloads", workload, 6),
  virtualServices: collection("virtual_services", virtualService, 3),
  serviceBindings: list(binding, 0, 4).map((bindings) => numbered("service_bindings", bindings)),
  ruleSets: list(ruleSet, 1, 3).map((sets) => numbered("rule_sets", sets)),
  complete: fc.constant(true),
  problems: fc.constant([]),
});

/** A policy, two databases it may know by any of their names, and the switches. */
export const world: fc.Arbitrary<World> = fc.record({
  policy,
  databases: fc.constant(DATABASES),
  options: fc.record({ includePublicIp: fc.boolean(), directActorsIgnoreScope: mostly(false) }),
});

/** The same policy with every list in another order and some members twice. */
export function disturbed(policyToShuffle: Policy, next: () => number): Policy {
  return disturb(policyToShuffle, next) as Policy;
}

function disturb(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member) => disturb(member, next));
    const twice = members.filter(() => next() < 0.2).map((member) => disturb(member, next));
    return [...members, ...twice]
      .map((member) => ({ member, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ member }) => member);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, disturb(field, next)]));
}
