import { describe, expect, it } from "vitest";
import type { VersionedText } from "../../ports/versioned-text.ts";
import { type MemoryFormat, withMemory } from "./keep-memory.ts";
import { EMPTY_MEMORY, type SweepMemory } from "./survey.ts";

const A = "arn:aws:rds:eu-west-1:1:db:a";
const B = "arn:aws:rds:eu-west-1:1:db:b";

const format: MemoryFormat = {
  write: ({ withdrawals, repairs }) => JSON.stringify([[...withdrawals].sort(), [...repairs].sort()]),
  read: (text) => {
    const [withdrawals, repairs] = JSON.parse(text) as [[string, number][], [string, string[]][]];
    return { ...EMPTY_MEMORY, withdrawals: new Map(withdrawals), repairs: new Map(repairs) };
  },
};

const memory = (
  withdrawals: Record<string, number>,
  repairs: Record<string, string[]> = {},
): SweepMemory => ({
  ...EMPTY_MEMORY,
  withdrawals: new Map(Object.entries(withdrawals)),
  repairs: new Map(Object.entries(repairs)),
});

/** A store that counts what is written to it. */
function storeOf(first?: SweepMemory) {
  let text = first === undefined ? undefined : format.write(first);
  let writes = 0;
  const store: VersionedText = {
    read: async () => (text === undefined ? undefined : { text, version: String(writes) }),
    write: async (next, over) => {
      if (over !== (text === undefined ? undefined : String(writes))) return false;
      text = next;
      writes += 1;
      return true;
    },
  };
  return { store, held: () => format.read(text ?? format.write(EMPTY_MEMORY)), writes: () => writes };
}

const leave = (left: SweepMemory, arns: string[], meanwhile?: () => Promise<unknown>) => async () => {
  await meanwhile?.();
  return { value: 1, memory: left, arns: new Set(arns) };
};

describe("withMemory", () => {
  it("writes nothing when nothing is new", async () => {
    const { store, writes } = storeOf();
    await withMemory(store, format, leave(EMPTY_MEMORY, [A]));
    expect(writes()).toBe(0);
  });

  it("keeps what others remember of other databases, whoever writes first", async () => {
    const { store, held } = storeOf(memory({ [`${B} x`]: 5 }));
    const other = () => withMemory(store, format, leave(memory({ [`${B} y`]: 7 }), [B]));
    await withMemory(store, format, leave(memory({ [`${A} x`]: 6 }), [A], other));
    expect(held()).toEqual(memory({ [`${A} x`]: 6, [`${B} y`]: 7 }));
  });

  it("forgets a withdrawal that somebody else no longer saw, and takes the later of two moments", async () => {
    const { store, held } = storeOf(memory({ [`${A} x`]: 1, [`${A} y`]: 1 }));
    const other = () => withMemory(store, format, leave(memory({ [`${A} y`]: 9 }, { [A]: ["2"] }), [A]));
    const mine = memory({ [`${A} x`]: 1, [`${A} y`]: 1 }, { [A]: ["1"] });
    await withMemory(store, format, leave(mine, [A], other));
    expect(held()).toEqual(memory({ [`${A} y`]: 9 }, { [A]: ["1", "2"] }));
  });

  it("gives up, and forgets, where others always write first", async () => {
    const { store } = storeOf();
    const busy: VersionedText = { ...store, write: async () => false };
    expect(await withMemory(busy, format, leave(memory({ [`${A} x`]: 1 }), [A]))).toBe(1);
  });
});
