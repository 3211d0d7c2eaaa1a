import type { PrefixList, RuleContent } from "../inventory/model.ts";

/** Entries of the rule quota taken per address family. */
export interface RuleWeight {
  readonly v4: number;
  readonly v6: number;
}

// Lists that AWS manages have a fixed weight and no maximum size:
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights
const AWS_LIST_WEIGHTS: readonly (readonly [suffix: string, weight: number])[] = [
  [".cloudfront.origin-facing", 55],
  [".vpc-lattice", 10],
  [".groundstation", 5],
  [".s3", 1],
  [".dynamodb", 1],
];

/**
 * What one rule costs of a group's rule quota, which EC2 counts apart for each direction and address family. A prefix
 * list costs its maximum size, not its current one; a reference to a group counts in both families:
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
 */
export function ruleWeight(rule: RuleContent, prefixLists: ReadonlyMap<string, PrefixList>): RuleWeight {
  switch (rule.source.kind) {
    case "cidr":
      return rule.source.cidr.includes(":") ? { v4: 0, v6: 1 } : { v4: 1, v6: 0 };
    case "securityGroup":
      return { v4: 1, v6: 1 };
    case "prefixList": {
      const list = prefixLists.get(rule.source.prefixListId);
      const size = list === undefined ? 1 : prefixListWeight(list);
      return list?.family === 6 ? { v4: 0, v6: size } : { v4: size, v6: 0 };
    }
  }
}

function prefixListWeight(list: PrefixList): number {
  if (list.maxEntries !== undefined) return list.maxEntries;
  const managed = AWS_LIST_WEIGHTS.find(([suffix]) => list.prefixListName.endsWith(suffix));
  return managed?.[1] ?? list.entries?.length ?? 1;
}

/** Sum of the weights of rules. */
export function totalWeight(
  rules: readonly RuleContent[],
  prefixLists: ReadonlyMap<string, PrefixList>,
): RuleWeight {
  let v4 = 0;
  let v6 = 0;
  for (const rule of rules) {
    const weight = ruleWeight(rule, prefixLists);
    v4 += weight.v4;
    v6 += weight.v6;
  }
  return { v4, v6 };
}
