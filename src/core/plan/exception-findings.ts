import type { Diagnostic } from "../diagnostic.ts";
import type { Drift } from "../drift/drift.ts";
import type { SecurityGroup } from "../inventory/model.ts";
import type { Lease } from "../rule/lease.ts";
import { IGNORE_CHANGES } from "./adoption.ts";
import { type Exceptions, leaseText } from "./exceptions.ts";

/** What a person should know about access beyond policy that stays, or ends. */
export function exceptionFindings(
  databaseId: string,
  { leases, keptGroups, adopted, full }: Exceptions,
  drift: readonly Drift[],
): readonly Diagnostic[] {
  const kept = new Set(keptGroups.map((g) => g.groupId as string));
  return [
    ...leases.map((lease) => leaseFinding(databaseId, lease)),
    ...(adopted === undefined ? [] : [adoptedFinding(databaseId, adopted)]),
    ...keptGroups.map((group) =>
      adopted === undefined
        ? connectFinding(databaseId, group.groupId, group.groupName, drift)
        : besideFinding(databaseId, group, drift),
    ),
    ...drift.filter((d) => d.left && !kept.has(d.group)).map((d) => leftFinding(databaseId, d)),
    ...full.map((group) => fullFinding(databaseId, group)),
  ];
}

const WHY_ENDED: Readonly<Record<Lease["state"], string>> = {
  running: "Somebody asked for access beyond policy for a limited time; it ends by itself",
  ended: "Its time is over, so the rule goes",
  tooLong: "No lease may end so late, so it is not honoured and the rule goes",
  denied: "An override deny of policy names one of its addresses, so the rule goes",
};

const leaseFinding = (databaseId: string, lease: Lease): Diagnostic => ({
  code: lease.state === "running" ? "LEASE_RUNNING" : "LEASE_OVER",
  what: `Database "${databaseId}" has a lease for ${leaseText(lease)}`,
  why: WHY_ENDED[lease.state],
  fix:
    lease.state === "running"
      ? `End it sooner with "moat lease ${lease.rule.source.kind === "cidr" ? lease.rule.source.cidr : ""} ${databaseId} --end"`
      : "Nothing to do",
});

const adoptedFinding = (databaseId: string, { groupId }: SecurityGroup): Diagnostic => ({
  code: "ADOPTED_GROUP",
  what: `The ingress of group ${groupId} at database "${databaseId}" is Moat's; attaching it is its owner's`,
  why: "Its owner gave the rules into Moat's hands, and the code that made the group would put its own back",
  fix: `Have it leave them alone: ${IGNORE_CHANGES}`,
});

function besideFinding(databaseId: string, group: SecurityGroup, drift: readonly Drift[]): Diagnostic {
  const letsIn = drift.find((d) => d.group === group.groupId)?.letsIn;
  return {
    code: letsIn === undefined ? "GROUP_BESIDE_ADOPTED" : "GROUP_BESIDE_WIDENS",
    what: `Group ${group.groupId} (${group.groupName}) stays on database "${databaseId}" beside the adopted one and lets in ${letsIn === undefined ? "nobody" : `${letsIn} addresses`} beyond policy`,
    why: "Groups add up: whoever it admits comes in, whatever the adopted group says",
    fix: "Detach it where the database is made, or take its ingress rules for the database's port away",
  };
}

function connectFinding(
  databaseId: string,
  groupId: string,
  groupName: string,
  drift: readonly Drift[],
): Diagnostic {
  const letsIn = drift.find((d) => d.group === groupId)?.letsIn;
  const reach = letsIn === undefined ? "nobody beyond policy now" : `${letsIn} addresses beyond policy`;
  return {
    code: "RDS_CONNECT_GROUP",
    what: `Group ${groupId} (${groupName}) of RDS's connect feature stays on database "${databaseId}" and lets in ${reach}`,
    why: "Somebody connected compute to the database in the console; whoever joins the twin group comes in, whatever policy says",
    fix: `Grant its clients in policy, then set "rdsConnect: remove" in moat.yaml`,
  };
}

const leftFinding = (databaseId: string, drift: Drift): Diagnostic => ({
  code: "LEFT_ALONE",
  what: `${drift.what}; it stays on database "${databaseId}"${drift.letsIn === undefined ? "" : ` and lets in ${drift.letsIn} addresses beyond policy`}`,
  why:
    drift.kind === "ruleAdded" || drift.by?.tool === "rds"
      ? "RDS made it for its own needs"
      : "It is not Moat's to take away",
  fix: "Grant its clients in policy, or take it away where it is made",
});

const fullFinding = (databaseId: string, group: string): Diagnostic => ({
  code: "LEFT_RULES_FULL",
  what: `Group ${group} of database "${databaseId}" has more rules of RDS's own than its tags can remember`,
  why: "A rule there that policy does not grant stays unless CloudTrail names another maker, as it may be one of RDS's",
  fix: "Take away what RDS needs no more, such as rules of replicas that are gone, and rules that you know to be nobody's",
});
