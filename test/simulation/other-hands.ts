import { authorize } from "../../src/sandbox/aws/model/ec2/authorize.ts";
import { setInterfaceGroups } from "../../src/sandbox/aws/model/ec2/interfaces.ts";
import { modifyRules } from "../../src/sandbox/aws/model/ec2/modify-rules.ts";
import { revoke } from "../../src/sandbox/aws/model/ec2/revoke.ts";
import type { Peer } from "../../src/sandbox/aws/model/ec2/security-group.ts";
import { failoverCluster, replaceInterface } from "../../src/sandbox/aws/model/rds/failover.ts";
import { setClusterStatus, setInstanceStatus } from "../../src/sandbox/aws/model/rds/lifecycle.ts";
import { modifyCluster } from "../../src/sandbox/aws/model/rds/modify-cluster.ts";
import { modifyInstance } from "../../src/sandbox/aws/model/rds/modify-instance.ts";
import { modifyProxy } from "../../src/sandbox/aws/model/rds/modify-proxy.ts";
import { addTags } from "../../src/sandbox/aws/model/rds/tags.ts";
import { covers } from "../scenario/group-rules.ts";
import { known, type Lab, type LabDatabaseAt } from "../scenario/lab.ts";
import { OUT_PORTS, outwards } from "./admissions.ts";
import type { Dice } from "./dice.ts";
import { type Grants, type Invariants, modeOf } from "./invariants.ts";
import { drawLabels, ROLES, type SimCompany } from "./sim-company.ts";

/** Everybody but Moat: people who change policy, and hands that change groups, rules, tags and databases. */
export class OtherHands {
  readonly #company: SimCompany;
  readonly #lab: Lab;
  readonly #dice: Dice;
  readonly #invariants: Invariants;
  readonly #workloads: string[];
  /** Groups of each database as infrastructure code has them. */
  readonly #declared: ReadonlyMap<string, readonly string[]>;
  #made = 0;
  readonly #story: string[];

  constructor(company: SimCompany, dice: Dice, invariants: Invariants, story: string[]) {
    this.#story = story;
    this.#company = company;
    this.#lab = company.lab;
    this.#dice = dice;
    this.#invariants = invariants;
    this.#declared = new Map([...company.lab.databases.values()].map((d) => [d.id, this.wantedGroups(d)]));
    this.#workloads = [...company.lab.workloads.values()];
    invariants.setGrants(this.grants());
  }

  /** Who may connect where, as the embedded PCE itself judges it, by code of its own. */
  grants(): Grants {
    const judge = this.#lab.pce.judge();
    return new Map(
      [...this.#lab.databases.values()].map(({ id, port, workload }) => {
        const allowed = this.#company.addresses.filter(
          (address) =>
            judge({ source: { address }, destination: { workload }, port, protocol: 6 }).verdict ===
            "allowed",
        );
        const out = this.#company.managesEgress ? this.#opened(workload) : [];
        return [id, new Set([...allowed.map((address) => `${address} ${port}`), ...out])];
      }),
    );
  }

  /** Whom a database may open connections to, as the embedded PCE itself judges it. */
  #opened(workload: string): readonly string[] {
    const judge = this.#lab.pce.judge();
    return OUT_PORTS.flatMap((port) =>
      this.#company.addresses.flatMap((address) => {
        const flow = { source: { workload }, destination: { address }, port, protocol: 6 };
        return judge(flow).verdict === "allowed" ? [`${address} ${outwards(port)}`] : [];
      }),
    );
  }

  /** Changes policy in one way or another. */
  changePolicy(): void {
    const { seed } = this.#lab.pce;
    const kind = this.#dice.pick(["relabel", "relabel", "add", "remove", "rule", "ipList", "draft"] as const);
    this.#tell(`policy: ${kind}`);
    switch (kind) {
      case "relabel":
        if (this.#workloads.length > 0)
          seed.relabel(this.#dice.pick(this.#workloads), drawLabels(this.#dice));
        break;
      case "add":
        this.#made += 1;
        this.#workloads.push(
          seed.workload({
            name: `new-${this.#made}`,
            labels: drawLabels(this.#dice),
            addresses: [this.#dice.pick(this.#company.addresses)],
            managed: true,
          }),
        );
        break;
      case "remove": {
        const workload = this.#workloads.pop();
        if (workload !== undefined) seed.remove(workload);
        break;
      }
      case "rule": {
        const { rule } = this.#dice.pick(this.#company.ruleSets);
        seed.update(rule, { enabled: this.#dice.chance(0.7) });
        seed.provision();
        break;
      }
      case "ipList": {
        const from = 8 + this.#dice.upTo(8);
        seed.update(this.#company.ipList, {
          ip_ranges: [{ from_ip: `10.20.1.${from}`, to_ip: `10.20.1.${from + this.#dice.upTo(3)}` }],
        });
        seed.provision();
        break;
      }
      case "draft": {
        const { rule } = this.#dice.pick(this.#company.ruleSets);
        seed.update(rule, { description: `draft ${this.#made++}`, enabled: this.#dice.chance(0.5) });
        break;
      }
    }
    const grants = this.grants();
    this.#invariants.setGrants(grants);
    for (const [database, reach] of grants) this.#tell(`  ${database} is now for ${[...reach].join(", ")}`);
  }

  /** Changes something in AWS that Moat looks after. */
  tamper(): void {
    const database = this.#dice.pick([...this.#lab.databases.values()]);
    const managed = this.managedGroups(database);
    const deeds: Readonly<Record<string, () => void>> = {
      addRule: () => this.#addRule(database, managed),
      addAnotherRule: () => this.#addRule(database, managed),
      removeRule: () => this.#removeRule(managed),
      removeAnotherRule: () => this.#removeRule(managed),
      editRule: () => this.#editRule(managed),
      detach: () => this.#setGroups(database, [known(this.#lab.groups, "legacy")]),
      attach: () => this.#attach(database),
      untag: () => this.#untag(database, managed),
      busy: () => this.#busy(database),
      replace: () => this.#replace(database),
      failover: () => this.#failover(database),
      restore: () => this.#restore(database),
      terraform: () => this.#setGroups(database, this.#declared.get(database.id) ?? []),
      ...(this.#company.groupReferences ? { join: () => this.#join() } : {}),
      ...(this.#company.managesEgress
        ? { openEgress: () => this.#openEgress(managed), closeEgress: () => this.#closeEgress(managed) }
        : {}),
      mode: () => this.#setMode(database, modeOf(this.#lab, database) === "enforce" ? "observe" : "enforce"),
    };
    const [name, deed] = this.#dice.pick(Object.entries(deeds));
    this.#tell(`tamper: ${name} ${database.id}`);
    deed();
  }

  /** Consents to enforcement everywhere, as somebody does in the end. */
  enforceAll(): void {
    for (const database of this.#lab.databases.values()) this.#setMode(database, "enforce");
  }

  /** Live ids of the groups that carry our marks for a database. */
  managedGroups(database: LabDatabaseAt): readonly string[] {
    const ec2 = this.#lab.sandbox.ec2();
    return ec2.groups
      .values()
      .map((g) => g.groupId)
      .filter((id) => ec2.tags.of(id).get("moat:database") === database.arn);
  }

  /** The list that RDS has for a database. */
  wantedGroups(database: LabDatabaseAt): readonly string[] {
    const rds = this.#lab.sandbox.rds();
    const all = [...rds.clusters.values(), ...rds.proxies.values(), ...rds.instances.values()];
    return all.find((r) => r.arn === database.arn)?.assignment.groups ?? [];
  }

  #tell(what: string): void {
    this.#story.push(`${new Date(this.#lab.clock.now()).toISOString()} ${what}`);
  }

  #addRule(database: LabDatabaseAt, managed: readonly string[]): void {
    const ec2 = this.#lab.sandbox.ec2();
    const groupId = managed[0] ?? known(this.#lab.groups, "legacy");
    const group = ec2.groups.get(groupId);
    if (group === undefined) return;
    const cidr = this.#dice.pick(["10.20.1.12/32", "10.20.1.8/30", "0.0.0.0/0", "10.20.1.14/31", "::/0"]);
    const port = this.#dice.pick([database.port, database.port, 22]);
    const range = { cidr };
    const permission = {
      protocol: "tcp",
      fromPort: port,
      toPort: port,
      ipRanges: cidr.includes(":") ? [] : [range],
      ipv6Ranges: cidr.includes(":") ? [range] : [],
      groups: [],
      prefixListIds: [],
    };
    this.#invariants.byOthers(this.#touchedBy([cidr]), () =>
      tolerating(() => authorize(ec2, group, { isEgress: false, permissions: [permission], tags: [] })),
    );
  }

  #openEgress(managed: readonly string[]): void {
    const ec2 = this.#lab.sandbox.ec2();
    const group = ec2.groups.get(managed[0] ?? "");
    if (group === undefined) return;
    const cidr = this.#dice.pick(["0.0.0.0/0", "10.20.1.8/30", "10.20.1.13/32"]);
    const ports = this.#dice.chance(0.5)
      ? { protocol: "-1" }
      : { protocol: "tcp", fromPort: 443, toPort: 443 };
    const permission = { ...ports, ipRanges: [{ cidr }], ipv6Ranges: [], groups: [], prefixListIds: [] };
    this.#invariants.byOthers(this.#touchedBy([cidr]), () =>
      tolerating(() => authorize(ec2, group, { isEgress: true, permissions: [permission], tags: [] })),
    );
  }

  #closeEgress(managed: readonly string[]): void {
    const ec2 = this.#lab.sandbox.ec2();
    const group = ec2.groups.get(managed[0] ?? "");
    const rules = group?.rules.filter((r) => r.isEgress) ?? [];
    if (group === undefined || rules.length === 0) return;
    const { securityGroupRuleId, peer } = this.#dice.pick(rules);
    const securityGroupRuleIds = [securityGroupRuleId];
    this.#invariants.byOthers(this.#touchedBy(whomOf(peer)), () =>
      tolerating(() => revoke(ec2, group, { isEgress: true, securityGroupRuleIds, permissions: [] })),
    );
  }

  /** A consumer leaves its group for another one. */
  #join(): void {
    const ec2 = this.#lab.sandbox.ec2();
    const eni = this.#dice.pick([...ec2.interfaces.values()].filter((i) => !i.requesterManaged));
    const group = known(this.#lab.groups, this.#dice.pick(["apps", ...ROLES]));
    const addresses = new Set([eni.privateIpAddress, ...eni.ipv6Addresses]);
    const touched = [...this.#lab.databases.keys()].map((database) => ({ database, addresses }));
    this.#invariants.byOthers(touched, () => setInterfaceGroups(ec2, eni, [group]));
  }

  #attach(database: LabDatabaseAt): void {
    const list = [...new Set([...this.wantedGroups(database), known(this.#lab.groups, "third")])];
    const most = this.#lab.sandbox.ec2().quotas.value("securityGroupsPerInterface");
    if (list.length <= Math.min(5, most)) this.#setGroups(database, list);
  }

  #removeRule(managed: readonly string[]): void {
    const ec2 = this.#lab.sandbox.ec2();
    const group = ec2.groups.get(managed[0] ?? "");
    const rules = group?.rules.filter((r) => !r.isEgress) ?? [];
    if (group === undefined || rules.length === 0) return;
    const rule = this.#dice.pick(rules);
    this.#invariants.byOthers(this.#touchedBy(whomOf(rule.peer)), () =>
      tolerating(() =>
        revoke(ec2, group, {
          isEgress: false,
          securityGroupRuleIds: [rule.securityGroupRuleId],
          permissions: [],
        }),
      ),
    );
  }

  /** The rule keeps its id and its tags, so that only its content tells. */
  #editRule(managed: readonly string[]): void {
    const ec2 = this.#lab.sandbox.ec2();
    const group = ec2.groups.get(managed[0] ?? "");
    const rules =
      group?.rules.filter((r) => !r.isEgress && r.peer.kind === "cidr" && !r.peer.cidr.includes(":")) ?? [];
    if (group === undefined || rules.length === 0) return;
    const { securityGroupRuleId, protocol, fromPort, toPort, peer } = this.#dice.pick(rules);
    const cidrIpv4 = this.#dice.pick(["10.20.1.8/29", "10.20.1.11/32", "10.20.1.14/32"]);
    const cidrs = [cidrIpv4, ...(peer.kind === "cidr" ? [peer.cidr] : [])];
    const update = { securityGroupRuleId, protocol, fromPort, toPort, cidrIpv4 };
    this.#invariants.byOthers(this.#touchedBy(cidrs), () =>
      tolerating(() => modifyRules(ec2, group, [update])),
    );
  }

  #touchedBy(cidrs: readonly string[]) {
    const addresses = new Set(this.#company.addresses.filter((a) => cidrs.some((c) => covers(c, a))));
    return [...this.#lab.databases.keys()].map((database) => ({ database, addresses }));
  }

  /** Takes effect at once, so that nobody has to ask later whose change it was. */
  #setGroups(database: LabDatabaseAt, groups: readonly string[]): void {
    const rds = this.#lab.sandbox.rds();
    const timing = rds.timing;
    rds.timing = { ...timing, effectiveAfterMs: 0, memberStaggerMs: 0 };
    this.#invariants.byOthers([{ database: database.id }], () =>
      tolerating(() => {
        const request = { groups, applyImmediately: false, others: {} };
        if (rds.instances.get(database.id)?.arn === database.arn)
          modifyInstance(rds, { identifier: database.id, ...request });
        else if (rds.clusters.get(database.id) !== undefined)
          modifyCluster(rds, { identifier: database.id, ...request });
        else modifyProxy(rds, { name: database.id, groups, others: {} });
      }),
    );
    rds.timing = timing;
  }

  #untag(database: LabDatabaseAt, managed: readonly string[]): void {
    const [groupId] = managed;
    if (groupId === undefined) return;
    const key = this.#dice.pick(["moat:owner", "moat:database", "moat:original-groups"]);
    this.#invariants.byOthers([{ database: database.id }], () =>
      this.#lab.sandbox.ec2().tags.remove(groupId, [{ key }]),
    );
  }

  #busy(database: LabDatabaseAt): void {
    const rds = this.#lab.sandbox.rds();
    const status = this.#dice.pick(["backing-up", "maintenance", "rebooting"]);
    const set = (word: string): void => {
      if (rds.instances.get(database.id)?.arn === database.arn) setInstanceStatus(rds, database.id, word);
      else if (rds.clusters.get(database.id) !== undefined) setClusterStatus(rds, database.id, word);
    };
    set(status);
    this.#lab.clock.schedule(5_000 + this.#dice.upTo(60_000), () => set("available"));
  }

  #replace(database: LabDatabaseAt): void {
    const rds = this.#lab.sandbox.rds();
    const cluster = rds.clusters.get(database.id);
    const victim = cluster === undefined ? database.id : cluster.members[0];
    if (victim === undefined || rds.instances.get(victim) === undefined) return;
    this.#invariants.byOthers([{ database: database.id }], () =>
      tolerating(() => replaceInterface(rds, victim)),
    );
  }

  #failover(database: LabDatabaseAt): void {
    const rds = this.#lab.sandbox.rds();
    if ((rds.clusters.get(database.id)?.members.length ?? 0) < 2) this.#replace(database);
    else
      this.#invariants.byOthers([{ database: database.id }], () =>
        tolerating(() => failoverCluster(rds, database.id)),
      );
  }

  /** A copy from a snapshot, about which nobody has said anything to Moat: it must be left alone. */
  #restore(database: LabDatabaseAt): void {
    this.#made += 1;
    const { sandbox, groups } = this.#lab;
    const subnets = sandbox
      .ec2()
      .subnets.values()
      .filter((s) => !s.cidrBlock.startsWith("10.20.1."));
    sandbox.seed.dbInstance({
      identifier: `${database.id}-restored-${this.#made}`,
      engine: "mysql",
      port: database.port,
      subnets: subnets.map((s) => s.subnetId),
      groups: [known(groups, "legacy")],
    });
  }

  #setMode(database: LabDatabaseAt, mode: "observe" | "enforce"): void {
    this.#invariants.byOthers([{ database: database.id }], () =>
      addTags(this.#lab.sandbox.rds(), database.arn, new Map([["moat:mode", mode]])),
    );
  }
}

/** What AWS refuses to other hands simply does not happen. */
/** Whom a rule may let in; a group has members of both families. */
const whomOf = (peer: Peer): readonly string[] =>
  peer.kind === "cidr" ? [peer.cidr] : ["0.0.0.0/0", "::/0"];

function tolerating(change: () => unknown): void {
  try {
    change();
  } catch {
    return;
  }
}
