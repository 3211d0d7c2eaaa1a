import { z } from "zod";
import type { MemoryFormat } from "../../app/watch/keep-memory.ts";
import { EMPTY_MEMORY } from "../../app/watch/survey.ts";
import type { LogRecord } from "../../core/history/log-record.ts";

const Memory = z.object({
  version: z.literal(1),
  withdrawals: z.record(z.string(), z.number()),
  remembered: z.record(z.string(), z.object({ groups: z.array(z.string()), rules: z.array(z.string()) })),
  repairs: z.record(z.string(), z.array(z.string())),
  narrowed: z.record(z.string(), z.number()).exactOptional(),
  logs: z
    .record(
      z.string(),
      z.object({
        seenBy: z.array(z.string()),
        tellers: z.array(z.string()),
        hours: z.object({ from: z.number(), to: z.number() }).exactOptional(),
        afterGap: z.boolean().exactOptional(),
        askedAt: z.number().exactOptional(),
      }),
    )
    .exactOptional(),
});

const sorted = <V>(entries: Iterable<readonly [string, V]>): Record<string, V> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** A memory as JSON: the same memory is the same text. */
export const memoryText: MemoryFormat = {
  write: ({ withdrawals, remembered, repairs, narrowed, logs }) =>
    JSON.stringify({
      version: 1,
      withdrawals: sorted(withdrawals),
      remembered: sorted(
        [...remembered].map(([arn, { managedGroups: groups, ruleKeys }]) => [
          arn,
          { groups: [...groups], rules: [...ruleKeys].sort() },
        ]),
      ),
      repairs: sorted([...repairs].filter(([, moments]) => moments.length > 0)),
      ...(narrowed === undefined ? {} : { narrowed: sorted(narrowed) }),
      ...(logs === undefined
        ? {}
        : { logs: sorted([...logs].map(([arn, record]) => [arn, inOrder(record)] as const)) }),
    }),
  read: (text) => {
    const parsed = Memory.safeParse(jsonOf(text));
    if (!parsed.success) return EMPTY_MEMORY;
    const { withdrawals, remembered, repairs, narrowed, logs } = parsed.data;
    return {
      withdrawals: new Map(Object.entries(withdrawals)),
      remembered: new Map(
        Object.entries(remembered).map(([arn, { groups, rules }]) => [
          arn,
          { managedGroups: groups, ruleKeys: new Set(rules) },
        ]),
      ),
      repairs: new Map(Object.entries(repairs)),
      ...(narrowed === undefined ? {} : { narrowed: new Map(Object.entries(narrowed)) }),
      ...(logs === undefined ? {} : { logs: new Map(Object.entries(logs)) }),
    };
  },
};

/** Whoever wrote it, one record is one text. */
const inOrder = ({ seenBy, tellers, hours, afterGap, askedAt }: LogRecord): LogRecord => ({
  seenBy,
  tellers,
  ...(hours === undefined ? {} : { hours: { from: hours.from, to: hours.to } }),
  ...(afterGap === undefined ? {} : { afterGap }),
  ...(askedAt === undefined ? {} : { askedAt }),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
