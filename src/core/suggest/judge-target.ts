import { addAll, addBit, type BitSet, bitSet, hasBit, membersOf } from "../label/bit-set.ts";
import { tightQuery } from "./fewest-queries.ts";
import { matchesQuery } from "./matches-query.ts";
import type { EarlierRule, LeftoverKind, SuggestEstate, SuggestSettings } from "./model.ts";
import type { Target } from "./target.ts";
import { matching, type WorkloadClass, type WorkloadClasses } from "./workload-classes.ts";

/** Which classes of consumers a target's rules should cover, and which they cannot. */
export interface Judged {
  readonly target: Target;
  /** Positions of classes, ascending. */
  readonly required: readonly number[];
  /** Whom a rule may mean: the required, whoever their own labels mean, and whom policy allows already. */
  readonly may: BitSet;
  /** Why a class that was seen is not covered. */
  readonly refused: ReadonlyMap<number, LeftoverKind>;
}

/** Decides for every class of workloads that was seen at a target whether its labels can be let in. */
export function judgeTarget(
  estate: SuggestEstate,
  classes: WorkloadClasses,
  target: Target,
  { settings, earlier }: { readonly settings: SuggestSettings; readonly earlier: readonly EarlierRule[] },
): Judged {
  const counts = countsOf(classes, target, estate.databases.length);
  const free = allowedClasses(estate, classes, target, counts.size);
  const known = bitSet(classes.classes.length);
  addAll(known, free);
  for (const at of counts.keys()) addBit(known, at);
  const refused = new Map<number, LeftoverKind>();
  const required: number[] = [];
  const may = bitSet(classes.classes.length);
  for (const [at, { records, pairs }] of [...counts].sort(([a], [b]) => a - b)) {
    const meant = matching(classes, tightQuery(classes, at));
    const why = refusal({ estate, classes, target, settings }, at, {
      meant,
      known,
      records,
      pairs: pairs.size,
      isKnown: earlier.some(({ consumers }) => matchesQuery(classes.classes[at]?.labels ?? {}, consumers)),
    });
    if (why !== undefined) {
      refused.set(at, why);
      continue;
    }
    required.push(at);
    addAll(may, meant);
  }
  // A boundary holds although policy of today crosses it, so what is allowed already is no excuse to mean it again.
  for (const at of membersOf(free)) if (!forbidden(estate, target, classes.classes[at])) addBit(may, at);
  return { target, required, may, refused };
}

interface Counts {
  records: number;
  /** Pairs of a workload and a database; a workload may have several addresses. */
  readonly pairs: Set<number>;
}

/** What was seen at a target, by class. */
function countsOf(
  classes: WorkloadClasses,
  { seen }: Target,
  databases: number,
): ReadonlyMap<number, Counts> {
  const counts = new Map<number, Counts>();
  for (const { workload, database, records } of seen) {
    const at = classes.classOf[workload] ?? -1;
    const known = counts.get(at) ?? { records: 0, pairs: new Set() };
    counts.set(at, known);
    known.records += records;
    known.pairs.add(workload * databases + database);
  }
  return counts;
}

interface Judging {
  readonly estate: SuggestEstate;
  readonly classes: WorkloadClasses;
  readonly target: Target;
  readonly settings: SuggestSettings;
}

interface Seen {
  readonly meant: BitSet;
  /** Classes that were seen or are allowed. */
  readonly known: BitSet;
  readonly records: number;
  /** Of a workload of the class and a database of the target. */
  readonly pairs: number;
  /** Whether a rule that was suggested before covers it. */
  readonly isKnown: boolean;
}

function refusal(judging: Judging, at: number, found: Seen): LeftoverKind | undefined {
  const { estate, classes, target, settings } = judging;
  const own = classes.classes[at];
  if (own === undefined || Object.keys(own.labels).length === 0) return "unlabelled";
  if (found.records < settings.leastRecords && !found.isKnown) return "oneOff";
  const meant = membersOf(found.meant);
  if (meant.some((each) => forbidden(estate, target, classes.classes[each]))) return "boundary";
  // It was weighed when it was suggested; workloads that came since must not take it away.
  return found.isKnown ? undefined : tooWide(judging, own, meant, found);
}

/** Whether too few of those whom a class's labels mean were seen. */
function tooWide(
  { estate, classes, target, settings }: Judging,
  own: WorkloadClass,
  meant: readonly number[],
  { known, pairs }: Seen,
): LeftoverKind | undefined {
  let all = 0;
  let unseen = 0;
  for (const each of meant) {
    const members = classes.classes[each]?.members.length ?? 0;
    all += members;
    if (!hasBit(known, each)) unseen += members;
  }
  if (unseen > all * settings.mostUnseenShare) return "labelsTooCoarse";
  return pairs < openPairs(estate, target, own) * settings.leastSeenShare ? "mostlyUnseen" : undefined;
}

/** Pairs that a rule for the class would open and that policy does not allow already. */
function openPairs(estate: SuggestEstate, target: Target, { members }: WorkloadClass): number {
  return members.reduce(
    (sum, workload) =>
      sum + target.databases.filter((at) => estate.databases[at]?.allows(workload) !== true).length,
    0,
  );
}

const forbidden = (estate: SuggestEstate, target: Target, of: WorkloadClass | undefined): boolean =>
  of?.members.some((workload) => target.databases.some((at) => estate.databases[at]?.forbids(workload))) ===
  true;

/** Classes of which policy lets every workload into every database of the target. */
function allowedClasses(
  estate: SuggestEstate,
  { classes }: WorkloadClasses,
  target: Target,
  seen: number,
): BitSet {
  const free = bitSet(classes.length);
  if (seen === 0) return free;
  for (const [at, { members }] of classes.entries()) {
    const allowed = members.every((workload) =>
      target.databases.every((database) => estate.databases[database]?.allows(workload)),
    );
    if (allowed) addBit(free, at);
  }
  return free;
}
