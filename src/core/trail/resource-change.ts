/** Who made a call, as CloudTrail names them. */
export interface Actor {
  /** ARN of the user, the role session, or the account; the service's name where AWS itself called. */
  readonly arn: string;
  /** What people call them: a user's name, or role and session as `deploy/alex`. */
  readonly name: string;
  /** True when a service of AWS made the call for itself, such as RDS on the groups of its interfaces. */
  readonly isService: boolean;
}

/** One write that took effect in AWS, by anybody. */
export interface ResourceChange {
  /** RFC 3339, UTC, whole seconds. */
  readonly at: string;
  /** `AuthorizeSecurityGroupIngress`, … */
  readonly operation: string;
  readonly actor: Actor;
  /** The program that called, as it calls itself. */
  readonly userAgent: string;
  readonly sourceAddress: string;
  readonly accountId: string;
  readonly region: string;
  /** Ids of groups, rules and prefix lists, ARNs of databases; names of proxies, whose ARN does not hold them. */
  readonly resources: readonly string[];
}
