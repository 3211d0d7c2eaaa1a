import { formatUtc } from "../flow/utc-time.ts";
import { databaseMode } from "../inventory/mode.ts";
import type { Database, RuleContent, SecurityGroup } from "../inventory/model.ts";
import { type AddressSet, addressSetOfCidrs, intersect, isEmpty, isSubset } from "../net/address-set.ts";
import { type Cidr, cidrBlock } from "../net/cidr.ts";
import { type Lease, LONGEST_LEASE_S, leaseReason, leaseTags } from "../rule/lease.ts";
import { reachOf } from "../rule/reach.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import { exceptionsOf } from "./exceptions.ts";
import type { Refusal, Step } from "./plan.ts";
import { type LiveDatabase, liveDatabase } from "./plan-change.ts";
import { basisOf } from "./plan-database.ts";
import type { World } from "./world.ts";

/** What a person asks for in an emergency. */
export interface LeaseRequest {
  readonly cidr: Cidr;
  readonly seconds: number;
  readonly reason?: string;
  /** True: it may last longer than a day. */
  readonly long: boolean;
  /** Addresses that an override deny of policy names; `undefined` when policy could not be asked. */
  readonly denied: AddressSet | undefined;
}

export interface LeasePlan {
  readonly live: LiveDatabase;
  readonly steps: readonly Step[];
  readonly refused: readonly Refusal[];
  /** RFC 3339, UTC; absent where nothing is granted. */
  readonly until?: string;
  readonly basis: string;
}

const DAY_S = 24 * 3_600;
/** The widest block that a lease may name: 256 IPv4 addresses, one IPv6 subnet. */
const WIDEST = { 4: 24, 6: 64 };

/** Plans one rule that lets a block in until a moment which stands on the rule itself. */
export function planLease(world: World, database: Database, request: LeaseRequest): LeasePlan {
  const live = liveDatabase(world, database);
  const basis = basisOf(world, live);
  const until = formatUtc((world.settings.nowSeconds ?? 0) + request.seconds);
  const refused = refusalOf(world, live, request);
  if (refused !== undefined) return { live, basis, steps: [], refused: [refused] };
  const group = roomyGroup(world, live, ruleOf(database, request.cidr));
  if (group === undefined) return { live, basis, steps: [], refused: [noRoom(live)] };
  const rule = ruleOf(database, request.cidr);
  const reason = request.reason === undefined ? undefined : leaseReason(request.reason);
  return {
    live,
    basis,
    refused: [],
    until,
    steps: [
      {
        action: "authorize",
        group: group.groupId,
        rules: [rule],
        ruleTags: { ...grantTags(world.settings.owner, [rule]), ...leaseTags(until, reason) },
        why: `A lease until ${until}${reason === undefined || reason === "" ? "" : `: ${reason}`}`,
      },
    ],
  };
}

/** Plans the end of a lease before its time. */
export function planLeaseEnd(world: World, database: Database, cidr: Cidr): LeasePlan {
  const live = liveDatabase(world, database);
  const basis = basisOf(world, live);
  const ends = leasesAt(world, live).filter(
    ({ rule }) => rule.source.kind === "cidr" && rule.source.cidr === cidr,
  );
  if (ends.length === 0) {
    const what = `Database "${database.id}" has no lease for ${cidr}`;
    const why = "Only what a lease let in can be taken back this way";
    return {
      live,
      basis,
      steps: [],
      refused: [{ gate: "notReady", what, why, fix: `List the leases: "moat lease --list"` }],
    };
  }
  const steps = ends.map(
    ({ group, rule }): Step => ({
      action: "revoke",
      group,
      rules: [{ ...rule, was: "lease" }],
      why: "Somebody ended the lease before its time",
    }),
  );
  return { live, basis, steps, refused: [] };
}

const leasesAt = (world: World, live: LiveDatabase): readonly Lease[] =>
  exceptionsOf(world, live, live.database.port, addressSetOfCidrs([])).leases;

const ruleOf = (database: Database, cidr: Cidr): RuleContent => ({
  direction: "ingress",
  protocol: "tcp",
  ...(database.port === undefined ? {} : { fromPort: database.port, toPort: database.port }),
  source: { kind: "cidr", cidr },
});

function refusalOf(world: World, live: LiveDatabase, request: LeaseRequest): Refusal | undefined {
  return (
    notEnforced(world, live) ??
    tooWide(request) ??
    tooLong(request) ??
    denied(live, request) ??
    already(world, live, request)
  );
}

const refuse = (what: string, why: string, fix: string): Refusal => ({ gate: "notReady", what, why, fix });

function notEnforced(world: World, live: LiveDatabase): Refusal | undefined {
  const { database } = live;
  const { mode } = databaseMode(database, world.settings.modes);
  const isAttached = live.managed.some((g) => live.attachedIds.includes(g.groupId));
  if (mode === "enforce" && isAttached && database.port !== undefined) return undefined;
  return refuse(
    `Database "${database.id}" is not enforced${mode === "enforce" ? " yet" : ""}`,
    "A lease is a rule in a group that Moat manages, and nothing is written to a database that is only observed",
    mode === "enforce" ? `Enforce it first: "moat apply"` : "Change the groups that it carries",
  );
}

function tooWide({ cidr }: LeaseRequest): Refusal | undefined {
  const { family, length } = cidrBlock(cidr);
  if (length >= WIDEST[family]) return undefined;
  return refuse(
    `${cidr} is too wide for a lease`,
    `A lease names who is in need: at most a /${WIDEST[family]} of IPv${family}`,
    "Name the address of the client",
  );
}

function tooLong({ seconds, long }: LeaseRequest): Refusal | undefined {
  if (seconds > LONGEST_LEASE_S)
    return refuse(
      "A lease lasts seven days at most",
      "Whoever needs access for longer needs policy that grants it",
      "Ask for less, and change policy meanwhile",
    );
  if (seconds <= DAY_S || long) return undefined;
  return refuse(
    "A lease of more than a day was asked for",
    "A lease is for an emergency; one that outlives it is forgotten",
    "Ask for at most 24h, or say that you mean it with --long",
  );
}

function denied({ database }: LiveDatabase, { cidr, denied: named }: LeaseRequest): Refusal | undefined {
  if (named === undefined || isEmpty(intersect(addressSetOfCidrs([cidr]), named))) return undefined;
  return refuse(
    `An override deny of policy names an address of ${cidr} for database "${database.id}"`,
    "Override denies are there to hold whatever else is allowed, and a lease is no exception",
    "Change the deny rule in policy, or name other addresses",
  );
}

function already(world: World, live: LiveDatabase, { cidr }: LeaseRequest): Refusal | undefined {
  const same = leasesAt(world, live).find(
    (l) => l.rule.source.kind === "cidr" && l.rule.source.cidr === cidr,
  );
  if (same !== undefined)
    return refuse(
      `A lease for ${cidr} runs until ${same.until} already`,
      "EC2 holds a rule once, and what stands on it cannot be changed",
      `End it first: "moat lease ${cidr} ${live.database.id} --end"`,
    );
  const { port } = live.database;
  if (
    port === undefined ||
    !isSubset(addressSetOfCidrs([cidr]), reachOf(live.attached, port, world.peers).admitted)
  )
    return undefined;
  return refuse(
    `${cidr} can reach database "${live.database.id}" now`,
    "A rule that stands lets it in",
    `See why: "moat explain ${cidr.split("/")[0]} ${live.database.id}"`,
  );
}

/** An attached group of ours that holds one more rule. */
function roomyGroup(world: World, live: LiveDatabase, rule: RuleContent): SecurityGroup | undefined {
  const limit = world.inventory.quotas.rulesPerSecurityGroup;
  return live.managed.find((group) => {
    const ingress = group.rules.filter((r) => r.direction === "ingress");
    const weight = totalWeight([...ingress, rule], world.peers.prefixLists);
    return live.attachedIds.includes(group.groupId) && weight.v4 <= limit && weight.v6 <= limit;
  });
}

const noRoom = (live: LiveDatabase): Refusal => ({
  gate: "quota",
  what: `No managed group of database "${live.database.id}" has room for one more rule`,
  why: "The account's quota of rules in a group is used up",
  fix: "Raise quota L-0EA8095F, or let policy name whole ranges",
});
