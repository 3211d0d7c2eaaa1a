import type { Family } from "../cidr.ts";

/** One entry of a managed prefix list; the CIDR is canonical. */
export interface PrefixListEntry {
  readonly cidr: string;
  readonly description?: string;
}

/** A managed prefix list. `entries` are those in force now. */
export interface PrefixList {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly family: Family;
  readonly ownerId: string;
  readonly state: string;
  readonly stateMessage?: string;
  readonly maxEntries: number;
  readonly version: number;
  readonly entries: readonly PrefixListEntry[];
  /** Earlier versions by number, for GetManagedPrefixListEntries(TargetVersion). */
  readonly history: ReadonlyMap<number, readonly PrefixListEntry[]>;
}
