import type { Leftover, LeftoverKind, Observation, SuggestEstate } from "./model.ts";
import { span } from "./span.ts";

/** An observation that no suggestion covers. */
export interface Unplaced {
  readonly observation: Observation;
  readonly kind: LeftoverKind;
}

const WHY: Readonly<Record<LeftoverKind, string>> = {
  unknownAddress: "no workload holds this address: label it, or put it on an IP list",
  ambiguousAddress: "several workloads with different labels hold this address",
  scanner: "it was turned away in more places than it was let into: it looks round, it does not connect",
  oneOff: "it was seen too seldom to make a rule of it",
  unlabelled: "its workload has no labels",
  labelsTooCoarse: "its labels mean mostly workloads that were never seen here: give it more labels",
  mostlyUnseen:
    "most workloads with its labels were never seen here: give those that connect a label of their own",
  boundary: "a test of the policy says that its labels must not reach the database",
  unlabelledDatabase: "the database has no labels, so no label rule can mean it",
  databaseLabelsTooCoarse: "the labels of the database mean mostly other databases: give it more labels",
};

const ORDER = Object.keys(WHY);

/** One entry for every consumer and reason, most records first within a reason. */
export function leftoversOf(estate: SuggestEstate, unplaced: readonly Unplaced[]): readonly Leftover[] {
  const byConsumer = Map.groupBy(
    unplaced,
    ({ observation, kind }) => `${kind} ${consumerName(estate, observation)}`,
  );
  return [...byConsumer.values()]
    .map((each) => leftoverOf(estate, each))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
        b.records - a.records ||
        (a.consumer < b.consumer ? -1 : 1),
    );
}

function consumerName({ workloads }: SuggestEstate, { workload, address }: Observation): string {
  return workloads[workload ?? -1]?.name ?? address;
}

function leftoverOf(estate: SuggestEstate, of: readonly Unplaced[]): Leftover {
  const [first] = of;
  if (first === undefined) throw new Error("A leftover without an observation");
  const seen = of.map(({ observation }) => observation);
  return {
    kind: first.kind,
    consumer: consumerName(estate, first.observation),
    labels: estate.workloads[first.observation.workload ?? -1]?.labels ?? {},
    databases: [...new Set(seen.map(({ database }) => estate.databases[database]?.id ?? ""))].sort(),
    records: seen.reduce((sum, { records }) => sum + records, 0),
    ...span(seen),
    why: WHY[first.kind],
  };
}
