import type { Diagnostic } from "../diagnostic.ts";
import type { Mode } from "../inventory/mode.ts";
import { addressSetOfCidrs, isEmpty, isSubset } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import type { DatabasePolicy } from "../policy/resolution.ts";
import type { Reach } from "../rule/reach.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { EgressPlan, Refusal } from "./plan.ts";
import type { Change, LiveDatabase } from "./plan-change.ts";
import { peerText } from "./unseen-peers.ts";
import type { ObservedConsumer } from "./world.ts";

interface FindingContext {
  readonly live: LiveDatabase;
  readonly policy: DatabasePolicy;
  readonly now: Reach;
  readonly change: Change | undefined;
  readonly mode: Mode;
  readonly observed: readonly ObservedConsumer[] | undefined;
  /** Set where a history is kept and does not say who was seen. */
  readonly historyLook?: HistoryLook;
  readonly refused: readonly Refusal[];
  /** Set where policy says what the database may open. */
  readonly egress: EgressPlan | undefined;
}

/** `notAsked`: nothing is to be done to the database. `tellsNothing`: it was asked, and knows nobody. */
export type HistoryLook = "notAsked" | "tellsNothing";

/** What a person should know about a database that is no reason to refuse. */
export function databaseFindings(context: FindingContext): readonly Diagnostic[] {
  const changes = (context.change?.steps.length ?? 0) > 0;
  return [
    ...observedRefusals(context),
    ...groupsGone(context),
    ...(changes ? [...noHistory(context), ...untrackedSessions(context)] : []),
    ...unknownPeers(context),
    ...openToWorld(context),
    ...openEgress(context),
  ];
}

/** A database that is only observed shows what would stop its enforcement. */
function observedRefusals({ mode, refused }: FindingContext): readonly Diagnostic[] {
  if (mode === "enforce") return [];
  return refused.map((r) => ({
    code: `WOULD_REFUSE_${upperSnake(r.gate)}`,
    what: r.what,
    why: r.why,
    fix: r.fix,
  }));
}

function groupsGone({ live }: FindingContext): readonly Diagnostic[] {
  return live.gone.map((id) => ({
    code: "GROUP_GONE",
    what: `Database "${live.database.id}" lists ${id}, which no longer exists${carriedInstead(live)}`,
    why: "It was deleted before RDS had put it on an interface: no interface carries it, and it admits nobody",
    fix: "Nothing to do where Moat enforces: it takes the group off the list. Else set the list of groups anew",
  }));
}

function carriedInstead({ listedIds, attachedIds, gone }: LiveDatabase): string {
  if (listedIds === undefined) return "";
  return `; its interfaces carry ${attachedIds.filter((id) => !gone.includes(id)).join(", ")}`;
}

function noHistory({ live, observed, historyLook }: FindingContext): readonly Diagnostic[] {
  if (observed !== undefined || historyLook === "notAsked") return [];
  if (historyLook === "tellsNothing")
    return [
      {
        code: "NO_FLOW_HISTORY",
        what: `The history of flows tells nothing of database "${live.database.id}"`,
        why: "Nobody can say whether no client was there, or no flow log",
        fix: "See that a flow log covers its interfaces, as moat onboard makes them, and has delivered",
      },
    ];
  return [
    {
      code: "NO_FLOW_HISTORY",
      what: `No flow logs were given for database "${live.database.id}"`,
      why: "Without them nobody can say which clients would lose access",
      fix: `Add "--flows" with a file, a folder or an s3:// prefix`,
    },
  ];
}

function untrackedSessions({ live, now }: FindingContext): readonly Diagnostic[] {
  if (isEmpty(now.untracked)) return [];
  return [
    {
      code: "UNTRACKED_SESSIONS",
      what: `Database "${live.database.id}" is open to every address in both directions, so EC2 does not track its sessions`,
      why: "Untracked sessions of clients that policy does not allow die at once when the groups change; those of allowed clients go on",
      fix: "Check who would lose access before the change, and make it at a quiet hour",
    },
  ];
}

function unknownPeers({ live, now }: FindingContext): readonly Diagnostic[] {
  return now.unknown.map((source) => ({
    code: "PEER_UNKNOWN",
    what: `A group of database "${live.database.id}" admits ${peerText(source)}, whose addresses cannot all be read from here`,
    why: "Clients behind it are admitted now, and whether they would lose access is not known",
    fix: "Name the addresses behind it in policy: what another account shares or peers cannot be seen in whole",
  }));
}

function openToWorld({ live, policy }: FindingContext): readonly Diagnostic[] {
  const wide = (["0.0.0.0/0", "::/0"] as Cidr[]).filter((cidr) =>
    isSubset(addressSetOfCidrs([cidr]), policy.allowed),
  );
  if (wide.length === 0) return [];
  return [
    {
      code: "OPEN_TO_EVERY_ADDRESS",
      what: `Policy lets every address (${wide.join(", ")}) reach database "${live.database.id}"`,
      why: "A rule with the any-address IP list grants that",
      fix: "Name the consumers by label or by a narrower IP list",
    },
  ];
}

/** The rule that every PCE begins with lets every workload open connections everywhere. */
function openEgress({ live, egress }: FindingContext): readonly Diagnostic[] {
  const wide = (egress?.rules ?? []).filter(
    ({ protocol, source }) => protocol === "-1" && source.kind === "cidr" && source.cidr.endsWith("/0"),
  );
  if (wide.length === 0) return [];
  return [
    {
      code: "EGRESS_TO_EVERY_ADDRESS",
      what: `Policy lets database "${live.database.id}" open connections to every address (${wide.map((r) => sourceText(r.source)).join(", ")})`,
      why: "A rule grants that, such as the one for all workloads that every PCE begins with; so its egress stays open",
      fix: "Narrow that rule where databases are to open only what other rules name",
    },
  ];
}

const upperSnake = (gate: string): string => gate.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
