import type { Database } from "../core/inventory/model.ts";
import { type Address, parseAddress } from "../core/net/address.ts";
import { type AddressSet, contains, intersect, isEmpty, toRanges } from "../core/net/address-set.ts";
import type { Assertion } from "../core/policy/assertion/assertion.ts";
import { targetsOf } from "../core/policy/assertion/run-assertion.ts";
import { labelsOf } from "../core/policy/label-values.ts";
import { findConsumers } from "../core/policy/source/find-consumers.ts";
import { addressesOfOne } from "../core/policy/workload-addresses.ts";
import type { SuggestDatabase, SuggestEstate } from "../core/suggest/model.ts";
import type { Planned } from "./plan-databases.ts";

/** The part of a plan that suggestions are made from. */
export interface SuggestSource extends Pick<Planned, "index" | "resolution" | "addresses" | "conversations"> {
  readonly inventory: {
    readonly databases: readonly Pick<Database, "id" | "arn" | "endpoints" | "port">[];
  };
  readonly plan: Pick<Planned["plan"], "policy">;
}

/**
 * The estate as suggestions see it: workloads with their labels, databases with what policy allows already and with
 * the boundaries that its tests draw. The workloads that stand for databases are consumers like any other.
 *
 * @param afresh as though no rule existed yet
 */
export function suggestEstate(
  planned: SuggestSource,
  assertions: readonly Assertion[],
  afresh: boolean,
): SuggestEstate {
  const { index, inventory, resolution } = planned;
  const own = index.workloads.map((_, at) => addressesOfOne(index.addresses, at, "hosts"));
  const forbidden = boundaries(planned, assertions, own);
  const firsts = own.map(firstAddresses);
  return {
    workloads: index.workloads.map((workload) => ({
      name: workload.name ?? workload.hostname ?? workload.href,
      labels: labelsOf(index, [workload]),
    })),
    databases: inventory.databases.map((database): SuggestDatabase => {
      const answer = resolution.databases.get(database.arn);
      const outside = forbidden.get(database.arn) ?? [];
      return {
        id: database.id,
        labels: answer?.labels ?? {},
        forbids: (workload) => outside.some((set) => set.has(workload)),
        allowsAddress: (address) => !afresh && answer !== undefined && isIn(answer.allowed, address),
        allows:
          afresh || answer === undefined || isEmpty(answer.allowed)
            ? nobody
            : (workload) => allAllowed(answer.allowed, firsts[workload] ?? []),
      };
    }),
  };
}

const nobody = (): boolean => false;

function isIn(allowed: AddressSet, text: string): boolean {
  const address = parseAddress(text);
  return address.ok && contains(allowed, address.value);
}

/** Policy lets a workload in when it lets in every address that it has. */
const allAllowed = (allowed: AddressSet, own: readonly Address[]): boolean =>
  own.length > 0 && own.every((address) => contains(allowed, address));

/** The first address of every range: a workload's interfaces are single addresses but for rare neighbours. */
function firstAddresses(own: AddressSet): readonly Address[] {
  return toRanges(own).map((range) =>
    range.family === 4 ? { family: 4, value: range.lo } : { family: 6, value: range.lo },
  );
}

/** The workloads that a test keeps out of each database, by its ARN. */
function boundaries(
  planned: SuggestSource,
  assertions: readonly Assertion[],
  own: readonly AddressSet[],
): ReadonlyMap<string, readonly ReadonlySet<number>[]> {
  const databases = planned.inventory.databases.map(({ id, arn, endpoints, port }) => ({
    id,
    arn,
    endpoints,
    labels: planned.resolution.databases.get(arn)?.labels ?? {},
    ...(port === undefined ? {} : { port }),
  }));
  const found = new Map<string, ReadonlySet<number>[]>();
  for (const assertion of assertions) {
    const targets = targetsOf(databases, assertion.target);
    const out = keptOut(planned, assertion, own);
    if (!targets.ok || out === undefined) continue;
    for (const { arn, port } of targets.value) {
      if (assertion.port === undefined || assertion.port === port)
        found.set(arn, [...(found.get(arn) ?? []), out]);
    }
  }
  return found;
}

/** Positions of the workloads that the test is about; `undefined` when it keeps nobody out, or nobody knows whom. */
function keptOut(
  { index }: SuggestSource,
  assertion: Assertion,
  own: readonly AddressSet[],
): ReadonlySet<number> | undefined {
  if (assertion.kind === "mustReach") return undefined;
  const inside = assertion.kind === "nothingOutside";
  const source = inside ? { kind: "labels" as const, labels: assertion.inside } : assertion.source;
  const meant = findConsumers(index, source);
  if (!meant.ok) return undefined;
  const insiders = new Set(meant.value.workloads);
  const positions = [...own.keys()].filter((at) => {
    const set = own[at];
    return set !== undefined && (inside ? !insiders.has(at) : touches(set, meant.value.addresses));
  });
  return new Set(positions);
}

const touches = (a: AddressSet, b: AddressSet): boolean =>
  firstAddresses(a).some((address) => contains(b, address)) || !isEmpty(intersect(a, b));
