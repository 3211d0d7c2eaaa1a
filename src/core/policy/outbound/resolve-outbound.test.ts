import { describe, expect, it } from "vitest";
import {
  allowRule,
  BROKEN,
  binding,
  ORDERS,
  overrideDeny,
  policy,
  ruleSet,
  tcp,
  virtualService,
  workload,
} from "../../../../test/fixtures/policy.ts";
import { toCidrs } from "../../net/address-set.ts";
import { cidrBlock, rangeOfBlock } from "../../net/cidr.ts";
import type { Policy } from "../model.ts";
import { policyIndex } from "../policy-index.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";
import { resolveOutbound } from "./resolve-outbound.ts";

function outbound(more: Partial<Policy>): OutboundPolicy {
  const answer = resolveOutbound(policyIndex(policy(more)), [ORDERS]).get(ORDERS.arn);
  if (answer === undefined) throw new Error("The resolver left the database out");
  return answer;
}

/** `tcp 25 10.0.3.10/32`, one a destination. */
const said = ({ allowed }: OutboundPolicy): readonly string[] =>
  allowed.flatMap(({ protocol, from, to, addresses }) =>
    toCidrs(addresses).map((cidr) => `${protocol} ${from === to ? from : `${from}-${to}`} ${cidr}`),
  );

const rules = (...all: ReturnType<typeof allowRule>[]): Partial<Policy> => ({
  ruleSets: [ruleSet("", { rules: all })],
});
const mail = { services: [tcp(25)] };

describe("resolveOutbound", () => {
  it.each([
    {
      name: "providers by label",
      rule: allowRule("role=database -> app=billing", mail),
      want: ["tcp 25 10.0.3.10/32"],
    },
    {
      name: "a provider by name",
      rule: allowRule("role=database -> workload:bill-1", mail),
      want: ["tcp 25 10.0.3.10/32"],
    },
    {
      name: "an IP list",
      rule: allowRule("role=database -> list:corp", mail),
      want: [
        "tcp 25 10.20.0.0/22",
        "tcp 25 10.20.4.0/24",
        "tcp 25 10.20.6.0/23",
        "tcp 25 10.20.8.0/21",
        "tcp 25 10.20.16.0/20",
        "tcp 25 10.20.32.0/19",
        "tcp 25 10.20.64.0/18",
        "tcp 25 10.20.128.0/17",
      ],
    },
    {
      name: "nothing where the database is a provider",
      rule: allowRule("role=web -> role=database", mail),
      want: [],
    },
    {
      name: "nothing where others are consumers",
      rule: allowRule("role=web -> app=billing", mail),
      want: [],
    },
    {
      name: "nothing of a rule that is off",
      rule: allowRule("role=database -> app=billing", { ...mail, enabled: false }),
      want: [],
    },
    {
      name: "nothing without services",
      rule: allowRule("role=database -> app=billing", { services: [] }),
      want: [],
    },
    {
      name: "all protocols as one",
      rule: allowRule("role=database -> app=billing", {
        services: [{ kind: "service", href: "/services/all" }],
      }),
      want: ["-1 0-65535 10.0.3.10/32"],
    },
    {
      name: "UDP as UDP",
      rule: allowRule("role=database -> app=billing", {
        services: [{ kind: "port", protocol: 17, fromPort: 88, toPort: 88 }],
      }),
      want: ["udp 88 10.0.3.10/32"],
    },
    {
      name: "a whole subnet where the rule says so",
      rule: allowRule("role=database -> app=billing", { ...mail, useWorkloadSubnets: ["providers"] }),
      want: ["tcp 25 10.0.3.0/24"],
    },
  ])("opens $name", ({ rule, want }) => {
    expect(said(outbound(rules(rule)))).toEqual(want);
  });

  it("keeps providers in the scope, and consumers too unless the rule says otherwise", () => {
    const within = (scope: string, more = {}) =>
      said(
        outbound({
          ruleSets: [
            ruleSet(scope, { rules: [allowRule("role=database -> role=web", { ...mail, ...more })] }),
          ],
        }),
      );
    expect(within("app=orders env=prod")).toEqual(["tcp 25 10.0.1.10/32"]);
    expect(within("app=billing")).toEqual([]);
    expect(within("app=billing", { unscopedConsumers: true })).toEqual(["tcp 25 10.0.3.10/32"]);
  });

  it("reaches a virtual service where its workloads serve it, at its overrides, and at its own address", () => {
    const rule = allowRule("role=database -> service:mailer", {
      services: [],
      resolveProvidersAs: ["virtualServices"],
    });
    const at = (more: Parameters<typeof virtualService>[1]) =>
      said(
        outbound({
          ...rules(rule),
          virtualServices: [virtualService("mailer role=mail", { servicePorts: [tcp(587)], ...more })],
          serviceBindings: [binding("mailer", "bill-1", { portOverrides: [{ port: 587, newPort: 1587 }] })],
        }),
      );
    expect(at({})).toEqual(["tcp 1587 10.0.3.10/32"]);
    expect(at({ ipOverrides: ["10.9.0.0/30" as never] })).toEqual(["tcp 587 10.9.0.0/30"]);
    expect(at({ serviceAddresses: [{ ip: "10.8.0.1", port: 25 }] })).toEqual([
      "tcp 25 10.8.0.1/32",
      "tcp 1587 10.0.3.10/32",
    ]);
  });

  it("takes away what an override deny names, protocol by protocol where it must", () => {
    const denied = (services: Parameters<typeof overrideDeny>[1]) =>
      said(
        outbound({
          ruleSets: [
            ruleSet("", {
              rules: [
                allowRule("role=database -> app=billing", {
                  services: [{ kind: "service", href: "/services/all" }],
                }),
              ],
              denyRules: [overrideDeny("role=database -> app=billing", services)],
            }),
          ],
        }),
      );
    expect(denied({ services: [tcp(25)] })).toEqual([
      "icmp 0-65535 10.0.3.10/32",
      "icmpv6 0-65535 10.0.3.10/32",
      "tcp 0-24 10.0.3.10/32",
      "tcp 26-65535 10.0.3.10/32",
      "udp 0-65535 10.0.3.10/32",
    ]);
    expect(denied({ services: [{ kind: "service", href: "/services/all" }] })).toEqual([]);
  });

  it("does not trust an answer of which it cannot say a part", () => {
    const names = { href: "/ip_lists/s3", name: "s3", ranges: [], fqdns: ["s3.amazonaws.com"] };
    const lists = [...policy().ipLists, names];
    const codes = (of: OutboundPolicy) => of.incomplete.map(({ code }) => code);
    expect(
      codes(outbound({ ...rules(allowRule("role=database -> list:s3", mail)), ipLists: lists })),
    ).toEqual(["OUTBOUND_FQDNS"]);
    expect(codes(outbound(rules(allowRule("role=database -> app=billing", { services: [BROKEN] }))))).toEqual(
      ["TEST_BROKEN"],
    );
    expect(codes(outbound(rules(allowRule("?label -> app=billing", mail))))).toEqual(["TEST_BROKEN"]);
    expect(codes(outbound(rules(allowRule("role=web -> app=billing", { services: [BROKEN] }))))).toEqual([]);
  });

  it("names the rule and the provider behind a way out", () => {
    const answer = outbound(rules(allowRule("role=database -> app=billing", mail)));
    const range = rangeOfBlock(cidrBlock("10.0.3.10/32" as never));
    const because = (port: number) => answer.reasonsFor(range, { protocol: "tcp", from: port, to: port });
    expect(because(25)).toEqual([
      { rule: "/rules/role=database->app=billing", workload: "/workloads/bill-1" },
    ]);
    expect(because(26)).toEqual([]);
  });

  it("knows nothing of a database that policy does not know", () => {
    const workloads = policy().workloads.filter(({ name }) => name !== "ordersdb");
    const strange = outbound({
      ...rules(allowRule("ams -> app=billing", mail)),
      workloads: [...workloads, workload("x role=database")],
      virtualServices: [],
      serviceBindings: [],
    });
    expect([strange.matched, said(strange)]).toEqual([[], []]);
  });
});
