import type { Inventory } from "../core/inventory/model.ts";
import type { Clock } from "../ports/clock.ts";
import type { InventorySource } from "../ports/inventory-source.ts";

/** Makes of a source one that keeps what it read; sources with the same key share it. */
export type KeepInventory = (key: string, source: InventorySource) => InventorySource;

interface Kept {
  readonly atMs: number;
  readonly read: Promise<Inventory>;
}

/**
 * Keeps inventories for a while, for a process that is asked again and again what there is and only looks at it: who
 * changes anything must read anew. A read that failed is not kept, and what is out of date is let go before the next read
 * begins, so that a large estate is not held twice.
 */
export function keptInventories(clock: Clock, forMs: number): KeepInventory {
  const kept = new Map<string, Kept>();
  return (key, source) => ({
    name: source.name,
    read: () => {
      const known = kept.get(key);
      if (known !== undefined && clock.now() - known.atMs < forMs) return known.read;
      kept.delete(key);
      const fresh: Kept = { atMs: clock.now(), read: source.read() };
      kept.set(key, fresh);
      fresh.read.catch(() => {
        if (kept.get(key) === fresh) kept.delete(key);
      });
      return fresh.read;
    },
  });
}
