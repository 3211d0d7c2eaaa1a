import fc from "fast-check";
import { expect, it } from "vitest";
import { createPceClient } from "../../src/adapters/pce/pce-client.ts";
import { policySourceOf } from "../../src/adapters/pce/pce-policy-source.ts";
import { parseAddress } from "../../src/core/net/address.ts";
import { type AddressSet, contains } from "../../src/core/net/address-set.ts";
import { resolvePolicy } from "../../src/core/policy/resolve-policy.ts";
import {
  createSandboxPce,
  SANDBOX_KEY,
  type SandboxPce,
  sandboxPceFetch,
} from "../../src/sandbox/pce/index.ts";

/** Worlds a run; a million packets take about 65,000. */
const RUNS = Number(process.env.MOAT_PCE_RUNS ?? 400);

const VALUES = { role: ["web", "db"], app: ["a", "b"], env: ["p", "d"] } as const;
const ARN = "arn:aws:rds:eu-west-1:111122223333:db:orders";
const DATABASE = {
  arn: ARN,
  memberArns: [],
  endpoints: ["orders.example.com"],
  addresses: ["10.0.9.20"],
  port: 3306,
};
/** Addresses on every side of every border that the worlds can draw. */
const ADDRESSES = [
  ...["10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.3.1", "10.0.0.77", "10.0.1.77", "10.9.0.1", "10.9.5.1"],
  ...["10.77.0.3", "10.0.9.20", "172.16.0.1", "fd00::1", "fd00::2", "127.0.0.1", "203.0.113.1"],
];

const key = fc.constantFrom("role", "app", "env" as const);
const labels = fc
  .record({
    role: fc.option(fc.constantFrom(...VALUES.role)),
    app: fc.option(fc.constantFrom(...VALUES.app)),
    env: fc.option(fc.constantFrom(...VALUES.env)),
  })
  .map((drawn) =>
    Object.fromEntries(Object.entries(drawn).flatMap(([k, v]) => (v === null ? [] : [[k, v]]))),
  );
const labelTerm = key.chain((k) =>
  fc
    .tuple(fc.constantFrom(...VALUES[k]), fc.boolean())
    .map(([value, negated]) => `${negated && value === "d" ? "!" : ""}${k}=${value}`),
);
const object = fc.constantFrom("w0", "w1", "w2", "w3", "g0", "g1", "!g0", "ams", "vs0", "vs1");
const consumer = fc.oneof(
  { weight: 4, arbitrary: labelTerm },
  { weight: 2, arbitrary: object },
  { weight: 2, arbitrary: fc.constantFrom("ip0", "ip1") },
);
const resolveAs = fc.constantFrom(
  ["workloads"],
  ["workloads"],
  ["virtual_services"],
  ["workloads", "virtual_services"],
);
const rule = fc.record({
  kind: fc.constantFrom("allow", "allow", "allow", "deny", "override"),
  providers: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom("role=db", "ams", "app=a") },
      { weight: 3, arbitrary: consumer },
    ),
    { minLength: 1, maxLength: 2 },
  ),
  consumers: fc.array(consumer, { minLength: 1, maxLength: 3 }),
  services: fc.constantFrom(
    ["tcp/3306"],
    ["tcp/3306", "udp/1"],
    ["tcp/3300-3310"],
    ["udp/3306"],
    ["tcp/"],
    ["tcp/22"],
    ["all"],
    [],
  ),
  unscoped: fc.boolean(),
  providersAs: resolveAs,
  consumersAs: resolveAs,
  network: fc.constantFrom("brn", "brn", "all", "non_brn"),
  enabled: fc.constantFrom(true, true, true, false),
  subnets: fc.constantFrom([], [], ["consumers"], ["providers"]),
});
const world = fc.record({
  workloads: fc.array(labels, { minLength: 4, maxLength: 4 }),
  database: fc.oneof(labels, fc.constant({ role: "db", app: "a", env: "p" })),
  services: fc.tuple(labels, labels),
  ports: fc.constantFrom(["tcp/3306"], ["tcp/3300-3310"], ["tcp/22"]),
  bindings: fc.array(
    fc.tuple(
      fc.constantFrom("vs0", "vs1"),
      fc.constantFrom("w0", "w1", "db"),
      fc.option(fc.constantFrom(3306, 3307)),
    ),
    { maxLength: 3 },
  ),
  overridden: fc.boolean(),
  groups: fc.tuple(fc.subarray(["web", "db"]), fc.subarray(["p", "d"])),
  ruleSets: fc.array(
    fc.record({
      scopes: fc.array(fc.array(fc.oneof(labelTerm, fc.constantFrom("g0", "g1", "!g1")), { maxLength: 2 }), {
        maxLength: 2,
      }),
      rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
      enabled: fc.constantFrom(true, true, true, false),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  managed: fc.boolean(),
  publicIp: fc.boolean(),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** Puts a drawn world into an embedded PCE; what the PCE itself refuses is no policy and is left out. */
function seeded(drawn: World): { readonly pce: SandboxPce; readonly database: string } {
  const switches = { requestsPerMinute: Number.POSITIVE_INFINITY, publicIpIsAddress: drawn.publicIp };
  const pce = createSandboxPce({ now: () => 1e12, switches });
  const { seed } = pce;
  const named = new Map<string, string>();
  drawn.workloads.forEach((of, i) => {
    const addresses = [`10.0.${i}.1/24`, ...(i === 0 ? ["fd00::1/64", "127.0.0.1"] : [])];
    const fields = i === 3 ? { public_ip: "203.0.113.1" } : {};
    named.set(
      `w${i}`,
      seed.workload({ name: `w${i}`, labels: of, addresses, managed: drawn.managed, fields }),
    );
  });
  const database = seed.workload({
    name: "db",
    labels: drawn.database,
    addresses: ["10.0.9.20"],
    fields: { external_data_set: "aws-rds", external_data_reference: ARN },
  });
  named.set("db", database);
  drawn.services.forEach((of, i) => {
    const fields = i === 1 && drawn.overridden ? { ip_overrides: ["10.77.0.0/24"] } : {};
    named.set(`vs${i}`, seed.virtualService(`vs${i}`, { labels: of, ports: drawn.ports, fields }));
  });
  named.set("g0", seed.labelGroup("g0", "role", drawn.groups[0]));
  named.set("g1", seed.labelGroup("g1", "env", drawn.groups[1]));
  named.set("ip0", seed.ipList("ip0", ["10.9.0.0/16", "!10.9.5.0/24"]));
  named.set("ip1", seed.ipList("ip1", ["172.16.0.0/12", "fd00::/64", "10.0.9.0/24"], ["x.example.com"]));
  seed.provision();
  bindAll(drawn, pce, named);
  for (const [i, ruleSet] of drawn.ruleSets.entries())
    orLeaveOut(() => addRuleSet(pce, named, `rs${i}`, ruleSet));
  orLeaveOut(() => seed.provision());
  return { pce, database };
}

function bindAll({ bindings }: World, { seed }: SandboxPce, named: ReadonlyMap<string, string>): void {
  const pairs = new Map(bindings.map((binding) => [`${binding[0]} ${binding[1]}`, binding]));
  for (const [service, workload, port] of pairs.values()) {
    const overrides = port === null ? [] : [{ port: 3306, proto: 6, new_port: port }];
    seed.bind(named.get(service) ?? "", named.get(workload) ?? "", overrides);
  }
}

function addRuleSet(
  { seed }: SandboxPce,
  named: ReadonlyMap<string, string>,
  name: string,
  drawn: World["ruleSets"][number],
): void {
  const actor = (text: string): string => {
    const href = named.get(text.replace(/^!/, ""));
    return href === undefined ? text : `${text.startsWith("!") ? "!" : ""}${href}`;
  };
  const ruleSet = seed.ruleSet(
    name,
    drawn.scopes.map((scope) => scope.map(actor)),
    { enabled: drawn.enabled },
  );
  for (const each of drawn.rules) {
    const base = {
      providers: each.providers.map(actor),
      consumers: each.consumers.map(actor),
      services: each.services.map((service) =>
        service === "all" ? "/orgs/1/sec_policy/draft/services/1" : service,
      ),
    };
    const fields = { enabled: each.enabled, unscoped_consumers: each.unscoped, network_type: each.network };
    const resolve = { resolve_labels_as: { providers: each.providersAs, consumers: each.consumersAs } };
    orLeaveOut(() =>
      each.kind === "allow"
        ? seed.rule(ruleSet, {
            ...base,
            fields: { ...fields, ...resolve, use_workload_subnets: each.subnets },
          })
        : seed.denyRule(ruleSet, { ...base, fields: { ...fields, override: each.kind === "override" } }),
    );
  }
}

function orLeaveOut(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Error) || !/^[a-z_]+: /.test(error.message)) throw error;
  }
}

function admits(set: AddressSet, text: string): boolean {
  const address = parseAddress(text);
  if (!address.ok) throw new Error(text);
  return contains(set, address.value);
}

it("says of every packet what the embedded PCE says, whose code is its own", async () => {
  let allowed = 0;
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const { pce, database } = seeded(drawn);
      const credentials = async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret });
      const client = createPceClient({
        url: "https://pce.example.com",
        credentials,
        fetch: sandboxPceFetch(pce),
      });
      const policy = await policySourceOf(client).read("active");
      const ours = resolvePolicy(policy, [DATABASE], { includePublicIp: drawn.publicIp }).databases.get(ARN);
      const judge = pce.judge();
      const verdicts = ADDRESSES.map((address) => {
        const packet = { source: { address }, destination: { workload: database }, port: 3306, protocol: 6 };
        return `${address} ${judge(packet).verdict === "allowed"}`;
      });
      allowed += verdicts.filter((v) => v.endsWith("true")).length;
      expect(policy.problems).toEqual([]);
      expect(
        ADDRESSES.map((address) => `${address} ${ours !== undefined && admits(ours.allowed, address)}`),
      ).toEqual(verdicts);
    }),
    { numRuns: RUNS },
  );
  expect(allowed).toBeGreaterThan(RUNS / 10);
});
