import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import type { RuleSpec, SecurityGroupRule } from "./security-group.ts";

/** Entries of the quota, which EC2 counts apart for the two families. */
export interface RuleWeight {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html */
const AWS_LIST_WEIGHT: Readonly<Record<string, number>> = {
  s3: 1,
  dynamodb: 1,
  "vpc-lattice": 10,
  "ipv6.vpc-lattice": 10,
  "origin-facing": 55,
  groundstation: 5,
};

/** What a prefix list weighs: its maximum size, not its current one; AWS's own lists have fixed weights. */
export function prefixListWeight(ec2: Ec2State, prefixListId: string): RuleWeight {
  const list = ec2.prefixLists.get(prefixListId);
  if (list === undefined) return { ipv4: 1, ipv6: 1 };
  const fixed = list.ownerId === "AWS" ? AWS_LIST_WEIGHT[awsListService(list.prefixListName)] : undefined;
  const weight = fixed ?? list.maxEntries;
  return list.family === "ipv4" ? { ipv4: weight, ipv6: 0 } : { ipv4: 0, ipv6: weight };
}

/** `com.amazonaws.eu-west-1.s3` → `s3`, `com.amazonaws.global.cloudfront.origin-facing` → `origin-facing` */
function awsListService(prefixListName: string): string {
  const service = prefixListName.split(".").slice(3).join(".");
  return service === "cloudfront.origin-facing" ? "origin-facing" : service;
}

/** A group reference weighs on both families, whatever the size of the group. */
export function ruleWeight(ec2: Ec2State, { peer }: RuleSpec): RuleWeight {
  if (peer.kind === "group") return { ipv4: 1, ipv6: 1 };
  if (peer.kind === "prefixList") return prefixListWeight(ec2, peer.prefixListId);
  return peer.family === "ipv4" ? { ipv4: 1, ipv6: 0 } : { ipv4: 0, ipv6: 1 };
}

/** The sum of the weights of rules of one direction. */
export function totalWeight(ec2: Ec2State, rules: readonly RuleSpec[]): RuleWeight {
  let ipv4 = 0;
  let ipv6 = 0;
  for (const rule of rules) {
    const weight = ruleWeight(ec2, rule);
    ipv4 += weight.ipv4;
    ipv6 += weight.ipv6;
  }
  return { ipv4, ipv6 };
}

/** Whether one direction of a group holds no more than the quota. */
export function fitsQuota(ec2: Ec2State, rules: readonly RuleSpec[]): boolean {
  const limit = ec2.quotas.value("rulesPerSecurityGroup");
  const { ipv4, ipv6 } = totalWeight(ec2, rules);
  return ipv4 <= limit && ipv6 <= limit;
}

/** @throws AwsError RulesPerSecurityGroupLimitExceeded when a direction of `rules` is over the quota */
export function checkQuota(ec2: Ec2State, rules: readonly SecurityGroupRule[]): void {
  for (const isEgress of [false, true]) {
    const direction = rules.filter((rule) => rule.isEgress === isEgress);
    if (!fitsQuota(ec2, direction)) {
      const message = "The maximum number of rules per security group has been reached.";
      throw new AwsError("RulesPerSecurityGroupLimitExceeded", message);
    }
  }
}
