import type { RuleContent, RuleSource } from "../inventory/model.ts";
import type { Cidr } from "../net/cidr.ts";

/** A rule's peer as one word: a canonical CIDR, `sg-…` or `pl-…`. */
export function sourceText(source: RuleSource): string {
  switch (source.kind) {
    case "cidr":
      return source.cidr;
    case "prefixList":
      return source.prefixListId;
    case "securityGroup":
      return source.groupId;
  }
}

/** Reads {@link sourceText} back. The text is one that Moat wrote, so a CIDR is canonical already. */
export function sourceFromText(text: string): RuleSource {
  if (text.startsWith("sg-") || text.startsWith("new-")) return { kind: "securityGroup", groupId: text };
  if (text.startsWith("pl-")) return { kind: "prefixList", prefixListId: text };
  return { kind: "cidr", cidr: text as Cidr };
}

/** Protocol and ports for people: `tcp 3306`, `tcp 3306-3310`, `all`. */
export function portsText(rule: Pick<RuleContent, "protocol" | "fromPort" | "toPort">): string {
  if (rule.protocol === "-1") return "all";
  if (rule.fromPort === undefined) return rule.protocol;
  return rule.fromPort === rule.toPort
    ? `${rule.protocol} ${rule.fromPort}`
    : `${rule.protocol} ${rule.fromPort}-${rule.toPort}`;
}
