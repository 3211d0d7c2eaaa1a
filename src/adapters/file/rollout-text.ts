import { z } from "zod";
import type { Halt, Rollout } from "../../core/guard/rollout.ts";

const Finding = z.object({ code: z.string(), what: z.string(), why: z.string(), fix: z.string() });
const Text = z.object({
  version: z.literal(1),
  policy: z.string(),
  at: z.number(),
  open: z.number(),
  waiting: z.record(z.string(), z.number()),
  promoted: z.record(z.string(), z.number()).exactOptional(),
  halted: z
    .object({
      policy: z.string(),
      at: z.number(),
      token: z.string(),
      finding: Finding,
      refused: z.array(z.object({ arn: z.string(), consumer: z.string(), allowed: z.boolean() })),
    })
    .exactOptional(),
  unsure: Finding.exactOptional(),
  acknowledged: z.object({ policy: z.string(), at: z.number() }).exactOptional(),
});

/** A rollout as JSON: the same rollout is the same text. */
export function rolloutText(rollout: Rollout): string {
  const { version: policy, waiting, promoted, halted, acknowledged, ...rest } = rollout;
  return JSON.stringify({
    version: 1,
    policy,
    ...rest,
    waiting: sorted(waiting),
    ...(promoted === undefined ? {} : { promoted: sorted(promoted) }),
    ...(halted === undefined ? {} : { halted: haltText(halted) }),
    ...(acknowledged === undefined
      ? {}
      : { acknowledged: { policy: acknowledged.version, at: acknowledged.at } }),
  });
}

const sorted = (map: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

const haltText = ({ version: policy, ...rest }: Halt) => ({ policy, ...rest });

/** Reads {@link rolloutText} back; `undefined` for a text that makes no sense. */
export function parseRollout(text: string): Rollout | undefined {
  const parsed = Text.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { version: _, policy, waiting, promoted, halted, acknowledged, ...rest } = parsed.data;
  return {
    ...rest,
    version: policy,
    waiting: new Map(Object.entries(waiting)),
    ...(promoted === undefined ? {} : { promoted: new Map(Object.entries(promoted)) }),
    ...(halted === undefined ? {} : { halted: haltOf(halted) }),
    ...(acknowledged === undefined
      ? {}
      : { acknowledged: { version: acknowledged.policy, at: acknowledged.at } }),
  };
}

const haltOf = ({ policy, ...rest }: NonNullable<z.infer<typeof Text>["halted"]>): Halt => ({
  version: policy,
  ...rest,
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
