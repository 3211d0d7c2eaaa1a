import type { AuditEntry } from "../../src/ports/audit-log.ts";
import type { CallEvent, SandboxCall } from "../../src/sandbox/aws/model/call.ts";
import type { StateChange } from "../../src/sandbox/aws/model/change-feed.ts";
import { type Lab, type LabDatabaseAt, MOAT_KEY } from "../scenario/lab.ts";
import { Admissions, type Admitted, difference } from "./admissions.ts";

/** Age of the oldest state that a stale read of this simulation shows. */
export const STALEST_MS = 6_000;
/** After a run has ended, what it asked of RDS may take this long to be done. */
const EFFECT_MS = 40_000;
/** Who may connect where, and to whom a database may: `"<address> <port>"` and `"<address> out:<port>"`, by its id. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>;

const ACTIONS: Readonly<Record<string, string>> = {
  CreateSecurityGroup: "createSecurityGroup",
  AuthorizeSecurityGroupIngress: "authorize",
  AuthorizeSecurityGroupEgress: "authorize",
  RevokeSecurityGroupIngress: "revoke",
  RevokeSecurityGroupEgress: "revoke",
  ModifyDBInstance: "setDatabaseGroups",
  ModifyDBCluster: "setDatabaseGroups",
  ModifyDBProxy: "setDatabaseGroups",
  CreateTags: "tag",
  DeleteTags: "tag",
  AddTagsToResource: "tag",
  DeleteSecurityGroup: "deleteSecurityGroup",
};

interface Span {
  readonly from: number;
  to: number;
}

interface GrantSpan extends Span {
  readonly grants: Grants;
}

interface Touch {
  readonly at: number;
  readonly database: string;
  /** Absent: every address. */
  readonly addresses?: ReadonlySet<string>;
}

/**
 * Checks S1, S2, S3, S9 and S10 after every single change, with other hands at work at the same time.
 *
 * S1 and S2 speak of "before" and "after", which are those of a run: what it found when it started, and the policy that
 * it read. While policy and the live state change under a run, this is made precise as follows.
 *
 * - A change of who is admitted belongs to the runs that were going on, or had ended less than {@link EFFECT_MS} ago,
 *   when it happened. The *window* reaches from the start of the first of them until the change. A change outside every
 *   window that nobody else made is a violation by itself.
 * - *After*: a run read policy somewhere in its window. S1 protects the addresses that every policy in force within the
 *   window grants; S2 lets in those that any of them grants. A rollback adds the original groups' reach to these.
 * - *Before*: a run may have started from any state of its window, or (a stale read) from one up to
 *   {@link STALEST_MS} older. S2 lets in what was admitted then. For S1 each single change is held against the state
 *   right before it, which is stricter: nothing that policy grants may be taken away at any step, also not what an
 *   earlier step of the same run gave.
 * - What others change is theirs: an address that they gave or took within the window (or a stale read's age before it)
 *   is not judged until the window is over. Tampering from before the window is judged in full: the run can see it.
 */
export class Invariants {
  readonly violations: string[] = [];
  changes = 0;
  calls = 0;
  readonly #lab: Lab;
  #grants: GrantSpan[] = [];
  #extra: (GrantSpan & { readonly database: string })[] = [];
  readonly #runs = new Map<number, Span>();
  #touches: Touch[] = [];
  readonly #admissions: Admissions;
  #admitted: Admitted;
  readonly #lastAdmitted = new Map<string, number>();
  #others = 0;
  /** What every process recorded before it wrote. */
  readonly audits: (readonly AuditEntry[])[] = [];

  constructor(lab: Lab, addresses: readonly string[], looksOutwards = false) {
    this.#lab = lab;
    this.#admissions = new Admissions(lab, addresses, looksOutwards);
    this.#admitted = this.#admissions.look();
    lab.sandbox.network.onChange((change) => this.#onChange(change));
    lab.sandbox.onCall((event) => this.#onCall(event));
  }

  /** From now on policy says this. */
  setGrants(grants: Grants): void {
    const now = this.#now();
    const last = this.#grants.at(-1);
    if (last !== undefined) last.to = now;
    this.#grants.push({ from: now, to: Number.POSITIVE_INFINITY, grants });
  }

  runStarts(run: number): void {
    this.#runs.set(run, { from: this.#now(), to: Number.POSITIVE_INFINITY });
  }

  runEnds(run: number): void {
    const span = this.#runs.get(run);
    if (span !== undefined) span.to = this.#now() + EFFECT_MS;
  }

  /** For as long as a rollback of the database works, its original groups' reach is meant too. */
  meansToo(database: string, reach: ReadonlySet<string>): void {
    const now = this.#now();
    const grants = new Map([[database, reach]]);
    this.#extra.push({ from: now, to: now + 10 * EFFECT_MS, grants, database });
  }

  /** Lets somebody else change something. */
  byOthers(touched: readonly Omit<Touch, "at">[], change: () => void): void {
    for (const touch of touched) this.#touches.push({ ...touch, at: this.#now() });
    this.#others += 1;
    try {
      change();
    } finally {
      this.#others -= 1;
    }
    this.#settle(false, "others");
  }

  #now(): number {
    return this.#lab.clock.now();
  }

  #settle(judge: boolean, change: string): void {
    const now = this.#now();
    const before = this.#admitted;
    const after = this.#admissions.look();
    const lost = difference(before, after);
    const gained = difference(after, before);
    if (judge) {
      for (const key of lost) this.#lost(key, change);
      for (const key of gained) this.#gained(key, change);
    }
    for (const key of lost) this.#lastAdmitted.set(key, now);
    this.#admitted = after;
  }

  #onChange({ kind, id }: StateChange): void {
    this.changes += 1;
    if (this.#others === 0) this.#settle(true, `${kind} ${id}`);
  }

  /** Start of the window of a change that happens now. */
  #windowStart(): number | undefined {
    const now = this.#now();
    const starts = [...this.#runs.values()].filter((r) => r.from <= now && now <= r.to).map((r) => r.from);
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  #lost(key: string, change: string): void {
    const { database, address, port, judged, from } = this.#judge(key);
    if (!judged) return;
    if (from === undefined) this.#violate(`nobody's doing: ${key} is lost at ${change}`);
    else if (this.#meantWithin(database, from).every((grants) => grants.has(`${address} ${port}`)))
      this.#violate(`S1: ${address} is cut off from ${database} (${key}) by ${change}`);
  }

  #gained(key: string, change: string): void {
    const { database, address, port, judged, from } = this.#judge(key);
    if (!judged) return;
    if (from === undefined) {
      this.#violate(`nobody's doing: ${key} is gained at ${change}`);
      return;
    }
    if ((this.#lastAdmitted.get(key) ?? 0) >= from - STALEST_MS) return;
    if (this.#meantWithin(database, from).some((grants) => grants.has(`${address} ${port}`))) return;
    this.#violate(`S2: ${address} is let in to ${database} (${key}) by ${change}`);
  }

  #judge(key: string) {
    const [database = "", , address = "", port = ""] = key.split(" ");
    const from = this.#windowStart();
    const since = (from ?? this.#now() - EFFECT_MS) - STALEST_MS;
    const judged = !this.#touches.some(
      (t) => t.at >= since && t.database === database && t.addresses?.has(address) !== false,
    );
    return { database, address, port, judged, from };
  }

  #meantWithin(database: string, from: number): readonly ReadonlySet<string>[] {
    const now = this.#now();
    return [...this.#grants, ...this.#extra.filter((e) => e.database === database)]
      .filter((g) => g.from <= now && g.to >= from)
      .map((g) => g.grants.get(database) ?? new Set<string>());
  }

  #onCall({ phase, call }: CallEvent): void {
    if (phase !== "before" || !call.isWrite || call.context.accessKeyId !== MOAT_KEY) return;
    this.calls += 1;
    const action = ACTIONS[call.operation] ?? call.operation;
    if (!this.audits.some((audit) => audit.some((entry) => entry.action === action)))
      this.#violate(`S9: ${call.operation} was made before it was recorded`);
    const problem = this.#ownership(call);
    if (problem !== undefined) this.#violate(`${problem} (${call.operation} ${JSON.stringify(call.input)})`);
  }

  #ownership(call: SandboxCall): string | undefined {
    const { operation } = call;
    const text = JSON.stringify(call.input);
    if (operation === "CreateSecurityGroup") {
      const wanted = [...this.#lab.databases.values()].find((d) => text.includes(d.arn));
      if (wanted === undefined || !text.includes("moat:owner")) return "S3: a group without our mark";
      return this.#consent(wanted);
    }
    const { GroupId, ResourceId = [] } = call.input as { GroupId?: string; ResourceId?: readonly string[] };
    if (/^Modify/.test(operation) || operation === "AddTagsToResource") {
      const database = [...this.#lab.databases.values()].find(
        (d) => text.includes(`"${d.id}"`) || text.includes(d.arn),
      );
      return database === undefined ? "S3: a write to a database that nobody knows" : this.#consent(database);
    }
    for (const groupId of [...(GroupId === undefined ? [] : [GroupId]), ...ResourceId]) {
      const tags = this.#lab.sandbox.ec2().tags.of(groupId);
      const arn = tags.get("moat:database");
      const database = [...this.#lab.databases.values()].find((d) => d.arn === arn);
      if (tags.get("moat:owner") !== "moat" || database === undefined) {
        if (this.#recentlyTouched(undefined)) continue;
        if (!this.#lab.sandbox.ec2().groups.has(groupId)) continue;
        return `S3: group ${groupId} is not ours`;
      }
      const refused = this.#consent(database);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #consent(database: LabDatabaseAt): string | undefined {
    const mode = modeOf(this.#lab, database);
    if (mode === "enforce" || this.#recentlyTouched(database.id)) return undefined;
    return `S10: ${database.id} is in mode "${mode}"`;
  }

  #recentlyTouched(database: string | undefined): boolean {
    const since = (this.#windowStart() ?? this.#now()) - STALEST_MS;
    const extra = this.#extra.some(
      (e) => e.from >= since && (database === undefined || e.database === database),
    );
    return (
      extra || this.#touches.some((t) => t.at >= since && (database === undefined || t.database === database))
    );
  }

  #violate(what: string): void {
    this.violations.push(`${new Date(this.#now()).toISOString()} ${what}`);
  }
}

/** The mode tag of a database, as it stands. */
export function modeOf(lab: Lab, database: LabDatabaseAt): string | undefined {
  const rds = lab.sandbox.rds();
  const all = [...rds.instances.values(), ...rds.clusters.values(), ...rds.proxies.values()];
  return all.find((resource) => resource.arn === database.arn)?.tags.get("moat:mode");
}
