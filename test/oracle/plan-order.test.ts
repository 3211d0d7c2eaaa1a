import fc from "fast-check";
import { expect, it } from "vitest";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import type { AwsAnswers } from "../../src/adapters/aws/parse/aws-answers.ts";
import { parseInventory } from "../../src/adapters/aws/parse/parse-inventory.ts";
import type { PolicyCollections } from "../../src/adapters/pce/parse/collections.ts";
import { parsePolicy } from "../../src/adapters/pce/parse/parse-policy.ts";
import { createPceClient } from "../../src/adapters/pce/pce-client.ts";
import { readPce } from "../../src/adapters/pce/pce-read.ts";
import { planDatabases } from "../../src/app/plan-databases.ts";
import { planDocument } from "../../src/core/plan/plan-document.ts";
import { openSandbox } from "../../src/entry/cli/wire/sandbox.ts";
import { SETTINGS } from "../fixtures/plan.ts";

/** The plan of the sample company, from the raw answers of AWS and the PCE. */
function planText(answers: AwsAnswers, collections: PolicyCollections): string {
  const policy = parsePolicy(collections, { source: "pce", version: "1", complete: true });
  const { plan } = planDatabases({ inventory: parseInventory(answers), policy, settings: SETTINGS });
  return JSON.stringify(planDocument(plan));
}

/** A list in another order, some of its items twice, as overlapping pages give them. */
function shaken<T>(list: readonly T[], seed: number): readonly T[] {
  const [order = [], twice = []] =
    fc.sample(fc.tuple(fc.shuffledSubarray([...list], { minLength: list.length }), fc.subarray([...list])), {
      numRuns: 1,
      seed,
    })[0] ?? [];
  return [...order, ...twice];
}

it("gives the same bytes whatever the order of what AWS and the PCE answer, and however often they say it", async () => {
  const sandbox = openSandbox();
  const answers = await awsInventorySource(sandbox.clients).readAnswers();
  const { collections } = await readPce(createPceClient(sandbox.pce), "active", 60_000);
  await sandbox.close();
  const plan = planText(answers, collections);
  expect(plan).toContain('"action":"authorize"');
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const shuffledAnswers: AwsAnswers = {
        ...answers,
        dbInstances: shaken(answers.dbInstances, seed),
        dbSubnetGroups: shaken(answers.dbSubnetGroups, seed),
        securityGroups: shaken(answers.securityGroups, seed),
        securityGroupRules: shaken(answers.securityGroupRules, seed),
        networkInterfaces: shaken(answers.networkInterfaces, seed),
        reservations: shaken(answers.reservations, seed),
        subnets: shaken(answers.subnets, seed),
      };
      const shuffled = Object.fromEntries(
        Object.entries(collections).map(([name, rows]) => [name, shaken([...rows], seed)]),
      );
      expect(planText(shuffledAnswers, shuffled)).toBe(plan);
    }),
    { numRuns: 60 },
  );
});
