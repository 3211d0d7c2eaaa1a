import { describe, expect, it } from "vitest";
import { inventory } from "../../test/fixtures/inventory.ts";
import type { InventorySource } from "../ports/inventory-source.ts";
import { keptInventories } from "./kept-inventory.ts";

function world() {
  let now = 0;
  const reads: string[] = [];
  const keep = keptInventories({ now: () => now, sleep: async () => {} }, 60_000);
  const source = (name: string, read = async () => inventory({ accountId: name })): InventorySource => ({
    name,
    read: () => {
      reads.push(name);
      return read();
    },
  });
  const at = (ms: number): void => {
    now = ms;
  };
  return { keep, source, reads, at };
}

describe("keptInventories", () => {
  it("reads once for as long as it keeps, and then again", async () => {
    const { keep, source, reads, at } = world();
    for (const ms of [0, 1, 59_999, 60_000, 119_999]) {
      at(ms);
      expect((await keep("1", source("1")).read()).accountId).toBe("1");
    }
    expect(reads).toEqual(["1", "1"]);
  });

  it("reads once for two that ask at the same time", async () => {
    const { keep, source, reads } = world();
    const kept = keep("1", source("1"));
    await Promise.all([kept.read(), kept.read()]);
    expect(reads).toEqual(["1"]);
  });

  it("keeps places apart", async () => {
    const { keep, source, reads } = world();
    expect((await keep("1", source("1")).read()).accountId).toBe("1");
    expect((await keep("2", source("2")).read()).accountId).toBe("2");
    expect(reads).toEqual(["1", "2"]);
  });

  it("does not keep a failure", async () => {
    const { keep, source, reads } = world();
    const fails = source("1", () => Promise.reject(new Error("throttled")));
    await expect(keep("1", fails).read()).rejects.toThrow("throttled");
    expect((await keep("1", source("1")).read()).accountId).toBe("1");
    expect(reads).toEqual(["1", "1"]);
  });
});
