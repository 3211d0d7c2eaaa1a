import { describe, expect, it } from "vitest";
import type { Policy } from "../../src/core/policy/model.ts";
import { PolicyFault } from "../../src/ports/policy-fault.ts";
import type { PolicySource } from "../../src/ports/policy-source.ts";

/** A source over the sample PCE, and what it is expected to be. */
export interface PolicySourceCase {
  readonly source: PolicySource;
  /** The version that the sample was provisioned as. */
  readonly version: string;
  /** The same kind of source, of something that is not there. */
  readonly missing: PolicySource;
}

/** What every {@link PolicySource} over a PCE's objects must do, wherever it has them from. */
export function policySourceContract(name: string, open: () => Promise<PolicySourceCase>): void {
  describe(`PolicySource contract: ${name}`, () => {
    const read = async (): Promise<Policy> => (await open()).source.read("active");

    it("has a name that a person recognises", async () => {
      expect((await open()).source.name).not.toBe("");
    });

    it("reads the whole policy, with its version", async () => {
      const { source, version } = await open();
      const policy = await source.read("active");
      expect(policy).toMatchObject({ source: "pce", version, complete: true, problems: [] });
      expect(policy.workloads.map((workload) => workload.name).toSorted()).toEqual(["rds-orders", "web-1"]);
      expect(policy.labels.map((label) => `${label.key}=${label.value}`)).toContain("role=database");
    });

    it("reads rules with every kind of part", async () => {
      const ruleSet = (await read()).ruleSets.find((candidate) => candidate.name === "orders prod");
      expect(ruleSet?.scopes.map((scope) => scope.map((entry) => entry.kind))).toEqual([["label", "label"]]);
      expect(ruleSet?.rules).toMatchObject([
        {
          providers: [{ kind: "label" }],
          consumers: [{ kind: "labelGroup" }, { kind: "ipList" }, { kind: "workload" }],
          services: [{ kind: "service" }, { kind: "port", protocol: 6, fromPort: 33060, toPort: 33062 }],
        },
      ]);
      expect(ruleSet?.denyRules).toMatchObject([{ kind: "deny", override: true }]);
    });

    it("refers to objects that it also gives", async () => {
      const policy = await read();
      const [binding] = policy.serviceBindings;
      expect(policy.virtualServices.map((service) => service.href)).toContain(binding?.virtualService);
      expect(policy.workloads.map((workload) => workload.href)).toContain(binding?.workload);
      expect(binding?.portOverrides).toEqual([{ port: 3306, protocol: 6, newPort: 3307 }]);
      const [rule] = policy.ruleSets.flatMap((ruleSet) =>
        ruleSet.rules.filter((each) => each.consumers.length === 3),
      );
      for (const actor of rule?.consumers ?? []) {
        const known = [...policy.labelGroups, ...policy.ipLists, ...policy.workloads].map(
          (object) => object.href,
        );
        expect("href" in actor && known.includes(actor.href)).toBe(true);
      }
    });

    it("gives the same policy for the same objects", async () => {
      const { source } = await open();
      expect(await source.read("active")).toEqual(await source.read("active"));
    });

    it("throws a PolicyFault with a way out when there is nothing", async () => {
      const error = await (await open()).missing.read("active").catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PolicyFault);
      expect(error).toMatchObject({ fix: expect.stringMatching(/./) });
    });
  });
}
