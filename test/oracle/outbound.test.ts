import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../src/core/net/address.ts";
import { type AddressSet, contains } from "../../src/core/net/address-set.ts";
import { resolveOutbound } from "../../src/core/policy/outbound/resolve-outbound.ts";
import { policyIndex } from "../../src/core/policy/policy-index.ts";
import type { DatabaseIdentity } from "../../src/core/policy/resolution.ts";
import { resolveIndexed } from "../../src/core/policy/resolve-policy.ts";
import { allowRule, overrideDeny, policy, ruleSet, tcp, workload } from "../fixtures/policy.ts";

/**
 * One question asked from both ends. Where every machine is a database, "who may connect to B" and "whom may A connect to"
 * must be the same pairs; the first is answered by the resolver for clients, which has oracles of its own.
 */
const ROLES = ["web", "batch", "database"] as const;
const APPS = ["orders", "billing"] as const;
const ENVS = ["prod", "dev"] as const;
const COUNT = 5;

const label = fc.oneof(
  fc.constantFrom(...ROLES).map((v) => `role=${v}`),
  fc.constantFrom(...APPS).map((v) => `app=${v}`),
  fc.constantFrom(...ENVS).map((v) => `env=${v}`),
);
const term = fc.tuple(fc.boolean(), label).map(([not, text]) => (not ? `!${text}` : text));
const direct = fc.integer({ min: 0, max: COUNT - 1 }).map((n) => `workload:m${n}`);
const side = fc.oneof(
  { weight: 5, arbitrary: fc.array(label, { minLength: 1, maxLength: 2 }).map((l) => l.join(" ")) },
  { weight: 2, arbitrary: term },
  { weight: 1, arbitrary: direct },
  { weight: 1, arbitrary: fc.constant("ams") },
);
const ports = fc.constantFrom([tcp(3306)], [tcp(3300, 3400)], [tcp(443)], [tcp(3306), tcp(5432)]);
const scope = fc.constantFrom(
  "",
  "env=prod",
  "app=orders",
  "app=orders | app=billing",
  "env=prod app=orders",
  "!env=dev",
);

const arbRules = fc.array(
  fc.record({ consumers: side, providers: side, services: ports, wide: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const arbWorld = fc.record({
  machines: fc.array(
    fc.tuple(
      fc.constantFrom(...ROLES),
      fc.constantFrom(...APPS),
      fc.constantFrom(...ENVS),
      fc.constantFrom(3306, 5432),
    ),
    { minLength: COUNT, maxLength: COUNT },
  ),
  sets: fc.array(fc.record({ scope, rules: arbRules, denies: fc.array(arbRules, { maxLength: 1 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

const addressOf = (n: number): string => `10.0.7.${n + 1}`;
const arnOf = (n: number): string => `arn:aws:rds:eu-west-1:111122223333:db:m${n}`;

const holds = (set: AddressSet, text: string): boolean => {
  const address = parseAddress(text);
  return address.ok && contains(set, address.value);
};

describe("whom databases may open connections to", () => {
  it("is who may connect to whom, read from the other end", () => {
    let opened = 0;
    let closed = 0;
    fc.assert(
      fc.property(arbWorld, ({ machines, sets }) => {
        const workloads = machines.map(([role, app, env], n) =>
          workload(`m${n} role=${role} app=${app} env=${env}`, {
            externalDataReference: arnOf(n),
            interfaces: [
              { name: "eth0", address: addressOf(n), cidrBlock: 24, loopback: false, linkLocal: false },
            ],
          }),
        );
        const ruleSets = sets.map(({ scope: of, rules, denies }, i) => {
          const more = { services: undefined as never };
          return ruleSet(of, {
            href: `/rule_sets/${i}`,
            rules: rules.map((r, j) =>
              allowRule(`${r.consumers} -> ${r.providers}`, {
                ...more,
                href: `/rules/${i}-${j}`,
                services: r.services,
                unscopedConsumers: r.wide,
              }),
            ),
            denyRules: denies.flat().map((r, j) =>
              overrideDeny(`${r.consumers} -> ${r.providers}`, {
                href: `/deny_rules/${i}-${j}`,
                services: r.services,
                unscopedConsumers: r.wide,
              }),
            ),
          });
        });
        const of = policy({ workloads, ruleSets, virtualServices: [], serviceBindings: [] });
        const databases = machines.map(
          ([, , , port], n): DatabaseIdentity => ({
            arn: arnOf(n),
            memberArns: [],
            endpoints: [],
            addresses: [addressOf(n)],
            port,
          }),
        );
        const index = policyIndex(of);
        const inbound = resolveIndexed(index, databases).databases;
        const outbound = resolveOutbound(index, databases);
        for (const [a] of machines.entries())
          for (const [b, [, , , port]] of machines.entries()) {
            const lets = inbound.get(arnOf(b));
            const ways = outbound.get(arnOf(a))?.allowed ?? [];
            const comesIn = lets !== undefined && holds(lets.allowed, addressOf(a));
            const goesOut = ways.some(
              (w) =>
                (w.protocol === "tcp" || w.protocol === "-1") &&
                w.from <= port &&
                port <= w.to &&
                holds(w.addresses, addressOf(b)),
            );
            expect(goesOut, `m${a} to m${b} on ${port}`).toBe(comesIn);
            if (goesOut) opened += 1;
            else closed += 1;
          }
        for (const { incomplete } of outbound.values()) expect(incomplete).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(opened, closed)).toBeGreaterThan(2_000);
  });
});
