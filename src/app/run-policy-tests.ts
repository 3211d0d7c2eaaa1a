import type { Database } from "../core/inventory/model.ts";
import { type AddressSet, EMPTY_SET, union } from "../core/net/address-set.ts";
import { attachedGroupIds } from "../core/plan/world.ts";
import { type Assertion, assertionName, assertionText } from "../core/policy/assertion/assertion.ts";
import {
  type AssertedDatabase,
  LEVELS,
  type Level,
  type LevelReach,
} from "../core/policy/assertion/reach-level.ts";
import { type AssertionResult, runAssertion } from "../core/policy/assertion/run-assertion.ts";
import { addressesOfSource, type PeerIndex, peerIndex, reachOf } from "../core/rule/reach.ts";
import { sourceText } from "../core/rule/rule-text.ts";
import type { Planned } from "./plan-databases.ts";

/** What came of all assertions. */
export interface PolicyTestReport {
  readonly policy: { readonly source: "pce" | "file"; readonly version: string };
  readonly levels: readonly Level[];
  readonly results: readonly AssertionResult[];
  readonly passed: number;
  readonly failed: number;
}

/** `moat test --json`. Fields may be added, never taken away. */
export function policyTestDocument({ policy, levels, results, passed, failed }: PolicyTestReport) {
  const tests = results.map(({ assertion, ...result }) => ({
    name: assertionName(assertion),
    text: assertionText(assertion),
    ...(assertion.at === undefined ? {} : { at: assertion.at }),
    ...result,
  }));
  return { version: 1, kind: "test", policy, levels, tests, passed, failed } as const;
}

/** Tries assertions on what policy says, on the rules made of it, and on the groups that are attached now. */
export function runPolicyTests(
  planned: Planned,
  assertions: readonly Assertion[],
  levels: readonly Level[] = LEVELS,
): PolicyTestReport {
  const peers = peerIndex(planned.inventory);
  const databases = planned.inventory.databases.map((each) => assertedDatabase(planned, each, peers));
  const results = assertions.map((each) => runAssertion(planned.index, databases, each, levels));
  const passed = results.filter((result) => result.passed).length;
  return { policy: planned.plan.policy, levels, results, passed, failed: results.length - passed };
}

function assertedDatabase(planned: Planned, database: Database, peers: PeerIndex): AssertedDatabase {
  const known = new Map<string, LevelReach>();
  return {
    id: database.id,
    arn: database.arn,
    endpoints: database.endpoints,
    labels: planned.resolution.databases.get(database.arn)?.labels ?? {},
    ...(database.port === undefined ? {} : { port: database.port }),
    reach: (level, port) => {
      const key = `${level} ${port}`;
      const reach = known.get(key) ?? reachAt(planned, database, peers, level, port);
      known.set(key, reach);
      return reach;
    },
  };
}

function reachAt(
  planned: Planned,
  database: Database,
  peers: PeerIndex,
  level: Level,
  port: number,
): LevelReach {
  switch (level) {
    case "model":
      return modelReach(planned, database, port);
    case "compiled":
      return { admitted: compiledReach(planned, database, peers, port), doubts: [] };
    case "live":
      return liveReach(planned, database, peers, port);
  }
}

function modelReach({ resolution, index }: Planned, database: Database, port: number): LevelReach {
  const answer = resolution.databases.get(database.arn);
  const doubts = [
    ...(index.policy.complete ? [] : ["the policy answer may be cut short"]),
    ...(answer?.incomplete ?? []).map((each) => each.what),
  ];
  return { admitted: port === database.port ? (answer?.allowed ?? EMPTY_SET) : EMPTY_SET, doubts };
}

function compiledReach({ plan }: Planned, database: Database, peers: PeerIndex, port: number): AddressSet {
  const rules = plan.databases.find((each) => each.arn === database.arn)?.rules ?? [];
  const opening = rules.filter((rule) => (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65_535));
  return union(...opening.flatMap((rule) => addressesOfSource(rule.source, peers) ?? []));
}

/** Groups that we do not manage count like ours: they are in force all the same. */
function liveReach({ inventory }: Planned, database: Database, peers: PeerIndex, port: number): LevelReach {
  const attached = attachedGroupIds(database);
  const groups = inventory.securityGroups.filter((group) => attached.includes(group.groupId));
  const read = new Set<string>(groups.map((group) => group.groupId));
  const { admitted, unknown } = reachOf(groups, port, peers);
  const doubts = [
    ...unknown.map((source) => `whom the peer ${sourceText(source)} admits is not known`),
    ...attached.filter((id) => !read.has(id)).map((id) => `the attached group ${id} could not be read`),
  ];
  return { admitted, doubts };
}
