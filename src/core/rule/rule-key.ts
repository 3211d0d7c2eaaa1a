import type { RuleContent } from "../inventory/model.ts";
import { sourceText } from "./rule-text.ts";

/**
 * Everything that makes a rule that rule, within one group: direction, protocol, ports, peer. Two rules with one key
 * are duplicates to EC2. Both sides must be canonical already.
 */
export function ruleKey(rule: RuleContent): string {
  return `${rule.direction}|${rule.protocol}|${rule.fromPort ?? ""}-${rule.toPort ?? ""}|${sourceText(rule.source)}`;
}
