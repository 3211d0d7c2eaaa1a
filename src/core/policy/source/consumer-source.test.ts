import { describe, expect, it } from "vitest";
import { policy } from "../../../../test/fixtures/policy.ts";
import { toCidrs } from "../../net/address-set.ts";
import { policyIndex } from "../policy-index.ts";
import { consumerSourceText, parseConsumerSource } from "./consumer-source.ts";
import { findConsumers } from "./find-consumers.ts";

describe("parseConsumerSource", () => {
  it.each([
    { text: "10.0.1.10", want: "address 10.0.1.10" },
    { text: "2001:DB8::1", want: "address 2001:db8::1" },
    { text: "10.0.1.10/24", want: "cidr 10.0.1.0/24" },
    { text: "2001:db8::/32", want: "cidr 2001:db8::/32" },
    { text: "role=web,app=orders", want: "labels role=web app=orders" },
    { text: "role=web env=prod|dev", want: "labels role=web env=prod|dev" },
    { text: "web-1", want: "workload web-1" },
    { text: "/orgs/1/workloads/a=b", want: "workload /orgs/1/workloads/a=b" },
    { text: "role=web,role=batch", want: "SOURCE_SYNTAX" },
    { text: "role=", want: "SOURCE_SYNTAX" },
    { text: " ", want: "SOURCE_SYNTAX" },
    { text: "10.0.0.0/33", want: "CIDR_SYNTAX" },
  ])("$text -> $want", ({ text, want }) => {
    const read = parseConsumerSource(text);
    expect(read.ok ? `${read.value.kind} ${consumerSourceText(read.value)}` : read.error.code).toBe(want);
  });
});

describe("findConsumers", () => {
  it.each([
    { text: "role=web,env=prod", want: "10.0.1.10/32 10.0.3.10/32" },
    { text: "role=web|database,app=orders,env=prod", want: "10.0.1.10/32 10.0.9.20/32" },
    { text: "WEB-1", want: "10.0.1.10/32" },
    { text: "/workloads/web-2", want: "10.0.2.10/32" },
    { text: "10.0.1.0/30", want: "10.0.1.0/30" },
    { text: "role=batch", want: "" },
    { text: "role=wep", want: 'LABEL_UNKNOWN did you mean "web"?' },
    { text: "rolle=web", want: 'LABEL_UNKNOWN did you mean "role"?' },
    { text: "web-11", want: 'WORKLOAD_UNKNOWN did you mean "web-1"?' },
  ])("$text -> $want", ({ text, want }) => {
    const source = parseConsumerSource(text);
    if (!source.ok) throw new Error(source.error.what);
    const found = findConsumers(policyIndex(policy()), source.value);
    expect(
      found.ok ? toCidrs(found.value.addresses).join(" ") : `${found.error.code} ${found.error.fix}`,
    ).toBe(want);
  });
});
