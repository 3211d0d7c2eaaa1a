import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { soundWorkload } from "./sound-workload.ts";
import { parseWorkload } from "./workload.ts";

const odd = fc.constantFrom<unknown[]>(
  null,
  undefined,
  "",
  "x",
  0,
  1.5,
  -1,
  300,
  true,
  [],
  {},
  { href: "" },
  [null],
);

/** Mostly a sound value, now and then something else. */
function mostly(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: sound }, { weight: 1, arbitrary: odd });
}

const text = fc.constantFrom<unknown[]>("a", "b", null, undefined, "");
const reference = fc.record({ href: mostly(fc.constantFrom("/orgs/1/labels/1", "/api/v2/orgs/1/labels/2")) });
const interfaceJson = fc.record({
  name: mostly(text),
  address: mostly(fc.constantFrom("10.0.0.1", "169.254.0.1", "::1", "fe80::1", "")),
  cidr_block: mostly(fc.constantFrom<unknown[]>(24, 0, 128, null, undefined)),
  loopback: mostly(fc.constantFrom<unknown[]>(true, false, null, undefined)),
  network_detection_mode: mostly(fc.constantFrom<unknown[]>("link_local", "single_private_brn", null)),
});
const list = (of: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  mostly(fc.array(mostly(of), { maxLength: 2 }));
const workload = fc.record({
  href: mostly(fc.constant("/orgs/1/workloads/1")),
  deleted: mostly(fc.constantFrom<unknown[]>(false, null, undefined, true)),
  name: mostly(text),
  hostname: mostly(text),
  public_ip: mostly(text),
  external_data_reference: mostly(text),
  interfaces: list(interfaceJson),
  ignored_interface_names: list(fc.constantFrom("eth0", "eth1")),
  labels: list(reference),
  ven: mostly(fc.constantFrom<unknown[]>(null, undefined, { href: "/ven" }, {})),
  agent: mostly(fc.constantFrom<unknown[]>(null, undefined, { href: "/agent" }, { href: null })),
});

describe("a workload read without a schema", () => {
  it("is what the schema makes of it", () => {
    let sound = 0;
    const check = (json: Record<string, unknown>): void => {
      const quick = soundWorkload({ ...json, managed: true });
      if (quick === undefined) return;
      sound += 1;
      // Without "managed" the schema reads it, and takes it for managed because of its VEN.
      const read = parseWorkload({ ...json, ven: { href: "/ven" } }, "workloads[0]");
      expect(read.ok ? read.value : read.error).toEqual(quick);
      expect(JSON.stringify(read.ok ? read.value : read.error)).toBe(JSON.stringify(quick));
    };
    fc.assert(fc.property(workload, check), { numRuns: 5_000 });
    expect(sound).toBeGreaterThan(500);
  });
});
