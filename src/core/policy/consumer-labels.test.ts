import { describe, expect, it } from "vitest";
import { ORDERS, policy, workload } from "../../../test/fixtures/policy.ts";
import { parseAddress } from "../net/address.ts";
import { toCidrs } from "../net/address-set.ts";
import { consumerLabels, databaseAddresses, workloadsAt } from "./consumer-labels.ts";
import { policyIndex } from "./policy-index.ts";

const shared = [{ name: "eth0", address: "2001:db8::7", loopback: false, linkLocal: false }];
const index = policyIndex(
  policy({
    workloads: [
      ...policy().workloads,
      workload("b role=web env=dev", { interfaces: shared }),
      workload("a role=batch", { interfaces: [...shared, ...shared] }),
    ],
  }),
);

function address(text: string) {
  const read = parseAddress(text);
  if (!read.ok) throw new Error(read.error.what);
  return read.value;
}

describe("who a consumer is", () => {
  it.each([
    { text: "10.0.1.10", want: { app: ["orders"], env: ["prod"], role: ["web"] } },
    { text: "2001:db8::7", want: { env: ["dev"], role: ["batch", "web"] } },
    { text: "10.0.8.8", want: {} },
    { text: "10.0.1.11", want: {} },
    { text: "::", want: {} },
  ])("$text carries $want", ({ text, want }) => {
    expect(consumerLabels(index, address(text))).toEqual(want);
  });

  it("lists each workload that holds the address once, by href", () => {
    expect(workloadsAt(index, address("2001:db8::7")).map((each) => each.href)).toEqual([
      "/workloads/a",
      "/workloads/b",
    ]);
  });

  it("knows the addresses of the workloads that stand for a database", () => {
    const addresses = databaseAddresses(index, [ORDERS]).get(ORDERS.arn);
    expect(addresses === undefined ? undefined : toCidrs(addresses)).toEqual(["10.0.9.20/32"]);
  });
});
