import { describe, expect, it } from "vitest";
import type { VersionedText } from "../../ports/versioned-text.ts";
import { type MemoryFormat, noteNarrowed, withMemory } from "./keep-memory.ts";
import { mergeMemory } from "./merge-memory.ts";
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

describe("moments of narrowing", () => {
  const narrowed = (moments?: Record<string, number>): SweepMemory => ({
    ...EMPTY_MEMORY,
    ...(moments === undefined ? {} : { narrowed: new Map(Object.entries(moments)) }),
  });
  const text: MemoryFormat = {
    write: (m) => JSON.stringify(m.narrowed === undefined ? null : Object.fromEntries(m.narrowed)),
    read: (t) => narrowed(JSON.parse(t) ?? undefined),
  };

  it.each([
    {
      name: "mine, where nobody else wrote",
      base: { [A]: 1 },
      mine: { [A]: 5 },
      theirs: { [A]: 1 },
      want: { [A]: 5 },
    },
    { name: "what I forgot", base: { [A]: 1 }, mine: {}, theirs: { [A]: 1 }, want: {} },
    { name: "what others wrote meanwhile", base: {}, mine: {}, theirs: { [B]: 7 }, want: { [B]: 7 } },
    {
      name: "the later, where both wrote",
      base: { [A]: 1 },
      mine: { [A]: 5 },
      theirs: { [A]: 7 },
      want: { [A]: 7 },
    },
    {
      name: "what others wrote of what I forgot",
      base: { [A]: 1 },
      mine: {},
      theirs: { [A]: 7 },
      want: { [A]: 7 },
    },
    {
      name: "what I found where all was lost",
      base: undefined,
      mine: { [A]: 5 },
      theirs: undefined,
      want: { [A]: 5 },
    },
    {
      name: "nothing where nobody knows",
      base: undefined,
      mine: undefined,
      theirs: undefined,
      want: undefined,
    },
  ])("are $name", ({ base, mine, theirs, want }) => {
    const merged = mergeMemory(narrowed(base), narrowed(mine), narrowed(theirs), new Set([A]));
    expect(merged.narrowed && Object.fromEntries(merged.narrowed)).toEqual(want);
  });

  it("are written down over what others write, and not at all where the others are not known", async () => {
    let kept = text.write(narrowed({ [A]: 1 }));
    let refusals = 2;
    const store: VersionedText = {
      read: async () => ({ text: kept, version: kept }),
      write: async (next) => {
        if (refusals-- > 0) return false;
        kept = next;
        return true;
      },
    };
    expect(await noteNarrowed(store, text, [B], 9)).toBe(true);
    expect(JSON.parse(kept)).toEqual({ [A]: 1, [B]: 9 });
    refusals = 99;
    expect(await noteNarrowed(store, text, [B], 10)).toBe(false);
    kept = "null";
    refusals = 0;
    expect(await noteNarrowed(store, text, [B], 11)).toBe(false);
    expect(kept).toBe("null");
  });
});
