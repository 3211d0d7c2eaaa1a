import type { SweepMemory } from "./survey.ts";

/**
 * Joins what a run has to remember with what others wrote meanwhile. Of the databases that the run was about its own
 * word counts, unless somebody else changed that database's part, too: then only what both say is kept, and of two
 * moments the later one. To forget is safe, for a revocation that is forgotten is held once more.
 *
 * @param base what the run began from
 * @param arns the databases that the run was about
 */
export function mergeMemory(
  base: SweepMemory,
  mine: SweepMemory,
  theirs: SweepMemory,
  arns: ReadonlySet<string>,
): SweepMemory {
  const contested = new Set([...arns].filter((arn) => partOf(base, arn) !== partOf(theirs, arn)));
  const isMine = (arn: string): boolean => arns.has(arn) && !contested.has(arn);
  const choose = <V>(of: (m: SweepMemory) => ReadonlyMap<string, V>, arnOf: (key: string) => string) => [
    ...[...of(theirs)].filter(([key]) => !arns.has(arnOf(key))),
    ...[...of(mine)].filter(([key]) => isMine(arnOf(key))),
  ];
  const agreed = [...mine.withdrawals].flatMap(([key, at]) => {
    const other = theirs.withdrawals.get(key);
    return contested.has(arnOfWithdrawal(key)) && other !== undefined
      ? [[key, Math.max(at, other)] as const]
      : [];
  });
  const repairs = [...contested].map((arn) => {
    const moments = [...(mine.repairs.get(arn) ?? []), ...(theirs.repairs.get(arn) ?? [])];
    return [arn, [...new Set(moments)].sort()] as const;
  });
  const kept = [...contested].flatMap((arn) => {
    const remembered = theirs.remembered.get(arn);
    return remembered === undefined ? [] : [[arn, remembered] as const];
  });
  return {
    ...mergedMoments(base, mine, theirs),
    ...mergedLogs(mine, theirs, arns),
    withdrawals: new Map([...choose((m) => m.withdrawals, arnOfWithdrawal), ...agreed]),
    remembered: new Map([
      ...choose(
        (m) => m.remembered,
        (arn) => arn,
      ),
      ...kept,
    ]),
    repairs: new Map([
      ...choose(
        (m) => m.repairs,
        (arn) => arn,
      ),
      ...repairs,
    ]),
  };
}

/** What somebody else changed meanwhile stands; of the rest, the run's own word. What was lost, whoever finds it mends. */
function mergedMoments(
  { narrowed: base = new Map() }: SweepMemory,
  { narrowed: mine }: SweepMemory,
  { narrowed: theirs }: SweepMemory,
): Pick<SweepMemory, "narrowed"> {
  if (mine === undefined || theirs === undefined) {
    const known = mine ?? theirs;
    return known === undefined ? {} : { narrowed: known };
  }
  const moments = [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((arn) => {
    const at = theirs.get(arn) === base.get(arn) ? mine.get(arn) : later(mine.get(arn), theirs.get(arn));
    return at === undefined ? [] : [[arn, at] as const];
  });
  return { narrowed: new Map(moments) };
}

/** Whoever looked last knows best, and what is known of flow logs is looked up again anyway. */
function mergedLogs(
  { logs: mine }: SweepMemory,
  { logs: theirs }: SweepMemory,
  arns: ReadonlySet<string>,
): Pick<SweepMemory, "logs"> {
  if (mine === undefined) return theirs === undefined ? {} : { logs: theirs };
  const others = [...(theirs ?? [])].filter(([arn]) => !arns.has(arn));
  return { logs: new Map([...others, ...[...mine].filter(([arn]) => arns.has(arn))]) };
}

const later = (one = 0, other = 0): number => Math.max(one, other);

/** Withdrawals are named by the database, a blank, and what goes. */
const arnOfWithdrawal = (key: string): string => key.slice(0, key.indexOf(" "));

/** All that is remembered of one database, as a text to compare. */
function partOf(memory: SweepMemory, arn: string): string {
  const remembered = memory.remembered.get(arn);
  const withdrawals = [...memory.withdrawals].filter(([key]) => key.startsWith(`${arn} `)).sort();
  const stood = remembered && [remembered.managedGroups, [...remembered.ruleKeys].sort()];
  return JSON.stringify([withdrawals, stood ?? null, memory.repairs.get(arn) ?? []]);
}
