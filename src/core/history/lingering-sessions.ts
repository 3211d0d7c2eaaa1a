import { formatUtc } from "../flow/utc-time.ts";
import type { Inventory } from "../inventory/model.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { contains } from "../net/address-set.ts";
import { liveDatabase } from "../plan/plan-change.ts";
import { type PlanSettings, planningWorld } from "../plan/world.ts";
import { type Reach, reachOf } from "../rule/reach.ts";
import { type EndSessions, endSessions } from "./end-sessions.ts";
import type { HistoryConsumer } from "./history-answers.ts";
import { seenConsumers } from "./seen-consumers.ts";

/** A consumer that still talks although no rule would let it in again: its session is older than the change. */
export interface LingeringSession {
  readonly databaseId: string;
  readonly databaseArn: string;
  readonly engine: string;
  /** Canonical. */
  readonly consumer: string;
  readonly records: number;
  readonly lastSeen: string;
  /** Absent for an engine that Moat knows no statement for. */
  readonly end?: EndSessions;
}

/**
 * Accepted traffic of addresses that the rules in force certainly refuse. Security groups do not look at what was let
 * in before, so such a session lives until somebody ends it.
 *
 * @param history of lately: what is older ended with its session
 */
export function lingeringSessions(
  inventory: Inventory,
  settings: PlanSettings,
  history: readonly HistoryConsumer[],
): readonly LingeringSession[] {
  const world = planningWorld(inventory, settings);
  const seen = Map.groupBy(seenConsumers(history, inventory.databases), (one) => one.database);
  return inventory.databases.flatMap((database) => {
    const { id, arn, engine, port } = database;
    const here = seen.get(arn) ?? [];
    if (port === undefined || here.length === 0) return [];
    const live = liveDatabase(world, database);
    const now = reachOf(live.attached, port, world.peers);
    if (live.unread.length > 0) return [];
    return here.flatMap(({ consumer, records, lastSeen = formatUtc(0) }) => {
      const address = parseAddress(consumer);
      if (!address.ok || !isRefused(now, address.value)) return [];
      const canonical = formatAddress(address.value);
      const end = endSessions(engine, canonical);
      return {
        databaseId: id,
        databaseArn: arn,
        engine,
        consumer: canonical,
        records,
        lastSeen,
        ...(end === undefined ? {} : { end }),
      };
    });
  });
}

/** Where peers are groups or unknown, nobody can be said to be refused. */
const isRefused = (now: Reach, address: Address): boolean =>
  now.unknown.length === 0 && !now.byReference && !contains(now.admitted, address);
