import type { Conversation } from "../flow/conversation.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { DatabaseAddress } from "../inventory/database-addresses.ts";
import { formatAddress, parseAddress } from "../net/address.ts";
import { addressSetOfCidrs, contains } from "../net/address-set.ts";
import type { DatabasePlan } from "../plan/plan.ts";
import { grantedCidrs } from "../rule/compile-rules.ts";

/** How a consumer fared at a database's own port, in flow-log records. */
export interface Attempts {
  readonly database: string;
  readonly consumer: string;
  readonly accepted: number;
  readonly rejected: number;
}

/** A consumer that is refused more than before. */
export interface RisenReject {
  readonly id: string;
  readonly arn: string;
  readonly consumer: string;
  readonly records: number;
  /** True when the rules of the database admit it; false for one that was let in before and no longer may come. */
  readonly allowed: boolean;
}

/** Which consumers count when they are refused. */
export interface RejectBounds {
  /** Records that are borne. */
  readonly most: number;
  /** True: those that were let in before count as well, though policy no longer admits them. */
  readonly servedBefore?: boolean;
}

/**
 * Counts accepted and refused TCP conversations at the databases.
 *
 * @param since seconds since 1970 by ARN: of these databases only, and only what began no earlier. A conversation that
 * began before may have been refused by what stood then. What bears no time is counted.
 */
export function attemptsAt(
  conversations: readonly Conversation[],
  addresses: readonly DatabaseAddress[],
  since?: ReadonlyMap<string, number>,
): readonly Attempts[] {
  const databases = new Map(addresses.map((a) => [`${formatAddress(a.address)} ${a.port}`, a.arn]));
  return conversations.flatMap(({ consumer, provider, port, protocol, action, records, firstSeen }) => {
    const database = databases.get(`${provider} ${port}`);
    if (database === undefined || action === undefined || (protocol ?? "tcp") !== "tcp") return [];
    if (since !== undefined && !beganSince(firstSeen, since.get(database))) return [];
    const rejected = action === "REJECT" ? records : 0;
    return [{ database, consumer, accepted: records - rejected, rejected }];
  });
}

const beganSince = (firstSeen: string | undefined, moment: number | undefined): boolean =>
  moment !== undefined && (firstSeen === undefined || firstSeen >= formatUtc(moment));

/**
 * The consumers that the rules of their database admit and that are refused all the same, and with `servedBefore` also
 * those that were let in until the rules changed: in more than `most` records, and more than twice as large a share of
 * their records as before. So a consumer that something else refuses all along, such as a network ACL, is no rise, nor
 * are the few late packets of closed connections that every log has.
 */
export function risenRejects(
  before: readonly Attempts[],
  now: readonly Attempts[],
  databases: readonly (Pick<DatabasePlan, "id" | "rules"> & { readonly arn: string })[],
  { most, servedBefore = false }: RejectBounds,
): readonly RisenReject[] {
  const past = summed(before);
  const plans = new Map(databases.map((d) => [d.arn, d]));
  return [...summed(now)].flatMap(([key, attempts]) => {
    const plan = plans.get(attempts.database);
    if (plan === undefined || attempts.rejected <= most) return [];
    const known = past.get(key);
    if (share(attempts) <= 2 * share(known)) return [];
    const allowed = admits(plan, attempts.consumer);
    if (!allowed && !(servedBefore && (known?.accepted ?? 0) > 0)) return [];
    const { consumer, rejected: records } = attempts;
    return [{ id: plan.id, arn: plan.arn, consumer, records, allowed }];
  });
}

const SHOWN = 3;

/** The first few in words, and how many more there are. */
export function risenText(risen: readonly RisenReject[]): string {
  const shown = risen.slice(0, SHOWN).map((r) => `${r.consumer} at "${r.id}" (${r.records} records)`);
  return `${shown.join(", ")}${risen.length > SHOWN ? ` and ${risen.length - SHOWN} more` : ""}`;
}

const share = (attempts: Attempts | undefined): number =>
  attempts === undefined ? 0 : attempts.rejected / (attempts.accepted + attempts.rejected);

function summed(all: readonly Attempts[]): ReadonlyMap<string, Attempts> {
  const sums = new Map<string, Attempts>();
  for (const one of all) {
    const key = `${one.database} ${one.consumer}`;
    const { accepted = 0, rejected = 0 } = sums.get(key) ?? {};
    sums.set(key, { ...one, accepted: accepted + one.accepted, rejected: rejected + one.rejected });
  }
  return sums;
}

/** True when the rules that a plan makes for a database let a consumer in. */
export function admits({ rules }: Pick<DatabasePlan, "rules">, consumer: string): boolean {
  const address = parseAddress(consumer);
  const cidrs = rules.flatMap(grantedCidrs);
  return address.ok && contains(addressSetOfCidrs(cidrs), address.value);
}
