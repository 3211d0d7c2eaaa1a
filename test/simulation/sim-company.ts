import { VPC_QUOTA } from "../../src/sandbox/aws/model/quotas.ts";
import { buildLab, type Lab, type LabConsumer, type LabDatabase, type LabPlan } from "../scenario/lab.ts";
import type { Dice } from "./dice.ts";

/** A port on which hosts answer databases. */
export const OUT_PORT = 8080;

export const ROLES = ["web", "batch", "report"] as const;
const APPS = ["orders", "finance"] as const;
/** Neighbours, so that their addresses merge into larger ranges and split again. */
const FIRST_HOST = 8;
const HOSTS = 10;

/** A company drawn from a seed: databases of every kind behind groups of every kind, and a policy that changes. */
export interface SimCompany {
  readonly lab: Lab;
  readonly addresses: readonly string[];
  readonly ruleSets: readonly { readonly ruleSet: string; readonly rule: string }[];
  readonly ipList: string;
  /** Whether Moat may name groups here: then consumers carry a group for each role. */
  readonly groupReferences: boolean;
  /** Whether policy says here what databases may open. */
  readonly managesEgress: boolean;
}

/** The rule that every PCE begins with lets every workload open connections everywhere. */
const DEFAULT_RULE = "/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/1";

/** Six companies of sixteen, some of them with references and some without; without a throw of the dice. */
const governsEgress = (seed: number): boolean => [4, 5].includes(seed % 8) || [6, 8].includes(seed % 16);

/**
 * Five companies of eight; without a throw of the dice, and so that the seeds which once went wrong stay what they were.
 */
const namesGroups = (seed: number): boolean => seed % 4 !== 2 && seed % 8 !== 0;

/** Draws a company. */
export function drawCompany(seed: number, dice: Dice): SimCompany {
  const plan = drawPlan(seed, dice);
  const lab = buildLab(plan);
  const { quotas } = lab.sandbox.ec2();
  if (dice.chance(0.5)) quotas.set(VPC_QUOTA.rulesPerSecurityGroup, 2 + dice.upTo(4));
  const mostGroups = Math.max(...plan.databases.map((d) => d.groups.length));
  if (dice.chance(0.5))
    quotas.set(VPC_QUOTA.securityGroupsPerInterface, Math.max(mostGroups, 1 + dice.upTo(4)));
  const { seed: pce } = lab.pce;
  const ipList = pce.ipList("partners", ["10.20.1.16-10.20.1.17"]);
  const ruleSets = APPS.map((app) => {
    const ruleSet = pce.ruleSet(`${app} production`, [[`app=${app}`, "env=prod"]]);
    const consumers = [`role=${dice.pick(ROLES)}`, ...(dice.chance(0.3) ? [ipList] : [])];
    const derived = dice.chance(0.7);
    const rule = pce.rule(ruleSet, {
      providers: ["role=database"],
      consumers,
      fields: {
        unscoped_consumers: dice.chance(0.5),
        resolve_labels_as: {
          providers: [derived ? "virtual_services" : "workloads"],
          consumers: ["workloads"],
        },
      },
      services: derived ? [] : ["tcp/3000-6000"],
    });
    if (dice.chance(0.3))
      pce.rule(ruleSet, { providers: ["role=database"], consumers: ["role=batch"], services: ["tcp/3306"] });
    return { ruleSet, rule };
  });
  if (governsEgress(seed)) ruleSets.push(drawOutbound(lab, dice));
  pce.provision();
  return {
    lab,
    addresses: plan.consumers.flatMap((c) => c.addresses),
    ruleSets,
    ipList,
    groupReferences: namesGroups(seed),
    managesEgress: governsEgress(seed),
  };
}

/** What databases may open: connections to one or two roles of the hosts. */
function drawOutbound({ pce: { seed } }: Lab, dice: Dice): SimCompany["ruleSets"][number] {
  seed.update(DEFAULT_RULE, { enabled: false });
  const ruleSet = seed.ruleSet("from databases", [["env=prod"]]);
  const rule = seed.rule(ruleSet, {
    providers: [`role=${dice.pick(ROLES)}`, ...(dice.chance(0.4) ? ["role=report"] : [])],
    consumers: ["role=database"],
    services: [dice.pick([`tcp/${OUT_PORT}`, `tcp/${OUT_PORT - 10}-${OUT_PORT}`])],
  });
  return { ruleSet, rule };
}

function drawPlan(seed: number, dice: Dice): LabPlan {
  const consumers: LabConsumer[] = Array.from({ length: HOSTS }, (_, i) => {
    const host = FIRST_HOST + i;
    const consumer = {
      name: `host-${host}`,
      addresses: [`10.20.1.${host}`, ...(dice.chance(0.2) ? [`2001:db8::${host}`] : [])],
      ...(dice.chance(0.8) ? { labels: drawLabels(dice) } : {}),
      group: dice.chance(0.5) ? "apps" : "clients",
    };
    return namesGroups(seed) && consumer.labels !== undefined
      ? { ...consumer, group: consumer.labels.role }
      : consumer;
  });
  const legacy = ["legacy", "spare", "third"];
  const groups = {
    clients: [],
    legacy: drawRules(dice),
    spare: drawRules(dice),
    third: [],
    ...(namesGroups(seed) ? Object.fromEntries(ROLES.map((role) => [role, []])) : {}),
  };
  const databases = ["orders", "ledger", "stock"].slice(0, 1 + dice.upTo(3)).map((id): LabDatabase => {
    const kind = dice.pick(["instance", "instance", "cluster", "proxy"] as const);
    return {
      id,
      kind,
      port: dice.pick([3306, 5432]),
      groups: ["legacy", ...dice.some(legacy.slice(1), 0.3)],
      app: dice.pick(APPS),
      mode: dice.chance(0.85) ? "enforce" : "observe",
      ipv6: kind !== "proxy" && dice.chance(0.3),
    };
  });
  return { groups, withoutEgress: dice.some(legacy, 0.3), databases, consumers, seed };
}

export const drawLabels = (dice: Dice) => ({
  role: dice.pick(ROLES),
  app: dice.pick(APPS),
  env: dice.chance(0.9) ? "prod" : "dev",
  loc: "eu",
});

function drawRules(dice: Dice): NonNullable<LabPlan["groups"][string]> {
  const all = [
    { fromPort: 3306, toPort: 5432, cidr: "0.0.0.0/0" },
    { fromPort: 3306, toPort: 5432, cidr: "::/0" },
    { port: 3306, cidr: "10.20.1.0/24" },
    { port: 5432, cidr: "10.20.1.8/30" },
    { fromPort: 3000, toPort: 6000, fromGroup: "clients" },
    { protocol: "-1", cidr: "10.20.1.10/32" },
    { port: 22, cidr: "10.20.0.0/16" },
    { direction: "egress" as const, protocol: "-1", cidr: "0.0.0.0/0" },
  ];
  return dice.some(all.slice(0, 7), 0.4);
}
