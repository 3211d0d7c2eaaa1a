import type { Cidr } from "../../net/cidr.ts";

/** What an AWS object is, as far as a mapping rule may ask. `interface` is whatever none of the others fits. */
export const MAPPED_KINDS = [
  "instance",
  "lambda",
  "ecs",
  "eks",
  "load_balancer",
  "nat_gateway",
  "vpc_endpoint",
  "interface",
  "database",
  "proxy",
] as const;
export type MappedKind = (typeof MAPPED_KINDS)[number];

/** Text with `*` for any characters and `?` for one. */
export type NamePattern = string;

/**
 * Conditions on an AWS object. Those that are given must all hold; of the values of one condition, one must. An object
 * with several interfaces fits a subnet, a group, a VPC or a CIDR when one of them does.
 */
export interface ObjectMatch {
  readonly kinds?: readonly MappedKind[];
  /** Value patterns by tag key; `*` means that the tag must be there. */
  readonly tags?: Readonly<Record<string, readonly NamePattern[]>>;
  /** Subnet ids, or patterns of their tag `Name`. */
  readonly subnets?: readonly NamePattern[];
  /** Group ids, or patterns of their names. */
  readonly securityGroups?: readonly NamePattern[];
  readonly vpcs?: readonly NamePattern[];
  readonly cidrs?: readonly Cidr[];
  /** Patterns of an interface's description. */
  readonly descriptions?: readonly NamePattern[];
  readonly autoScalingGroups?: readonly NamePattern[];
  /** Ids, ARNs, or patterns of the name: the tag `Name`, or a database's identifier. */
  readonly names?: readonly NamePattern[];
  /** Engines of databases and proxies. */
  readonly engines?: readonly NamePattern[];
}

/** A label whose value is text, or is taken from tags of the object: `orders`, `${tag:App}`, `team-${tag:Team}`. */
export interface LabelTemplate {
  readonly key: string;
  readonly parts: readonly (string | { readonly tag: string })[];
}

/** Gives labels to the AWS objects that match. */
export interface MappingRule {
  readonly href: string;
  readonly line: number;
  readonly match: ObjectMatch;
  readonly labels: readonly LabelTemplate[];
  /**
   * Addresses of the one database that the rule is about. AWS does not say which of the interfaces that several
   * databases share is whose, and without it their flows cannot be told apart.
   */
  readonly addresses?: readonly string[];
}

/**
 * How AWS objects get their labels. Rules are asked in order, and the first that has a value for a key decides it. The
 * rules of `databases` are asked before the others, and of databases and proxies only.
 */
export interface PolicyMapping {
  readonly databases: readonly MappingRule[];
  readonly rules: readonly MappingRule[];
  /** The values that each declared key may have; keys that are not declared may have any. */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  /** What hrefs begin with: labels are `<root>/labels/<key>=<value>`, mapped workloads `<root>/aws/<id>`. */
  readonly root: string;
}

/** The href of a label of a policy file. */
export const labelHref = (root: string, key: string, value: string): string =>
  `${root}/labels/${key}=${value}`;
