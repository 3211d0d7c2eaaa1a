import type { DatabaseCoverage } from "../core/history/coverage.ts";
import { labelShares } from "../core/history/label-share.ts";
import type { MapCoverage, MapDatabase, MapLabels } from "../core/map/map-data.ts";
import { countAddresses } from "../core/net/address-set.ts";
import type { MapHistory } from "./map-history.ts";
import { labelsOf, type Planned } from "./plan-databases.ts";

/** A policy that is not in force, beside the one that is. */
export interface MapDraft {
  /** What people call it: `PCE draft`, or the name of a policy file. */
  readonly name: string;
  readonly planned: Planned;
}

/** Gaps that are told one by one. */
const MOST_GAPS = 5;

/** The databases of a plan, as the map shows them. */
export function mapDatabases(
  planned: Planned,
  draft: MapDraft | undefined,
  history: MapHistory | undefined,
): readonly MapDatabase[] {
  const covered = new Map(history?.coverage.map((each) => [each.databaseArn, each]));
  const shares = labelShares(history?.consumers ?? [], labelsOf(planned.index));
  const { unseen } = history ?? {};
  return planned.plan.databases.map((each) => {
    const coverage = covered.get(each.arn);
    const answer = draft?.planned.resolution.databases.get(each.arn);
    return {
      id: each.id,
      arn: each.arn,
      kind: each.kind,
      engine: each.engine,
      ...(each.port === undefined ? {} : { port: each.port }),
      mode: each.mode,
      inSync: each.inSync,
      labels: plainLabels(each.labels),
      accountId: each.accountId,
      region: each.region,
      reachable: {
        now: each.reachable.now.toString(),
        nowUnknown: each.reachable.nowUnknown,
        planned: each.reachable.planned.toString(),
        ...(answer === undefined ? {} : { draft: countAddresses(answer.allowed).toString() }),
      },
      quota: each.quota,
      ...(coverage === undefined
        ? {}
        : {
            coverage: {
              ...mapCoverage(coverage),
              ...(shares.get(each.arn) ?? { conversations: 0, labelled: 0 }),
              ...(unseen?.kind === "read" ? { unseen: unseen.interfaces.get(each.id) ?? [] } : {}),
            },
          }),
      drift: each.drift.map(({ what, by }) => (by === undefined ? what : `${what}, by ${by.who}`)),
      steps: each.steps.map((step) => `${step.action}: ${step.why}`),
      refused: each.refused.map(({ what, fix }) => `${what}. ${fix}`),
      losesAccess: each.losesAccess.map(({ consumer, connection }) => ({ consumer, connection })),
      findings: each.findings.map(({ what }) => what),
    };
  });
}

const mapCoverage = ({
  present,
  expected,
  missing,
  objects,
  skipData,
  seen,
}: DatabaseCoverage): Omit<MapCoverage, "conversations" | "labelled"> => ({
  present,
  expected,
  objects,
  missing: missing.toReversed().slice(0, MOST_GAPS),
  skipData,
  seen,
});

/** Several values of a key in one text. */
export const plainLabels = (labels: Readonly<Record<string, readonly string[]>>): MapLabels =>
  Object.fromEntries(Object.entries(labels).map(([key, values]) => [key, values.join("|")]));
