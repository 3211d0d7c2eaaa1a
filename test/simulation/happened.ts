import type { CallRecord } from "../../src/sandbox/aws/model/call.ts";

/** How often each kind of trouble happened. */
export type Happened = Readonly<Record<string, number>>;

/** Records of two processes that overlap at one database: S8 is checked on them. */
export const AT_ONCE = "runs at once on one database on record";

/** Every kind of trouble that a long enough simulation must have driven. */
export const TROUBLES: readonly string[] = [
  "call failed before it took effect",
  "call took effect, reply lost",
  "call throttled",
  "stale read",
  "PCE answer: status",
  "PCE answer: truncated",
  "PCE answer: disconnect",
  "process died",
  "runs at once: 1",
  "runs at once: 2",
  "runs at once: 3",
  AT_ONCE,
  "event: on time",
  "event: lost",
  "event: late",
  "event: twice",
  "event: out of order",
  "tamper: addRule",
  "tamper: removeRule",
  "tamper: editRule",
  "tamper: detach",
  "tamper: attach",
  "tamper: untag",
  "tamper: busy",
  "tamper: replace",
  "tamper: mode",
  "tamper: failover",
  "tamper: restore",
  "tamper: terraform",
  "tamper: join",
  "a rule named a group",
  "policy: relabel",
  "policy: add",
  "policy: remove",
  "policy: rule",
  "policy: ipList",
  "policy: draft",
  "kind: instance",
  "kind: cluster",
  "kind: proxy",
  "several groups in force",
  "IPv6 consumers",
];

/** What went wrong with a call, if anything did. */
export function troubleOf({ tookEffect, seen, staleMs }: CallRecord): readonly string[] {
  const stale = staleMs === undefined ? [] : ["stale read"];
  if (seen === "RequestLimitExceeded") return [...stale, "call throttled"];
  const broken = seen === "connectionReset" || seen === "timeout" || seen === "InternalError";
  if (!broken) return stale;
  return [
    ...stale,
    tookEffect === "ok" ? "call took effect, reply lost" : "call failed before it took effect",
  ];
}

/** `policy: …` and `tamper: …` of a line of a story. */
export function trouble(line: string): readonly string[] {
  const found = / ((?:policy|tamper): \w+)/.exec(line)?.[1]?.replace("Another", "");
  return found === undefined ? [] : [found];
}

/** Counts equal texts. */
export function countEach(kinds: readonly string[]): Happened {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Adds up what happened in several seeds. */
export function addUp(all: readonly Happened[]): Happened {
  const sums = new Map<string, number>();
  for (const [kind, count] of all.flatMap((one) => Object.entries(one)))
    sums.set(kind, (sums.get(kind) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
