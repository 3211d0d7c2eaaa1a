import type { RuleContent, Tags } from "../core/inventory/model.ts";

/** A rule to revoke: by id where the read gave one (exact), else by content. */
export interface RuleToRevoke extends RuleContent {
  readonly securityGroupRuleId?: string;
}

/**
 * The writes Moat makes, one method a call family, in the core's words. Each throws {@link AwsFault}. None retries a
 * call that may have taken effect: the caller reads the truth again and decides.
 */
export interface Enforcement {
  /** Returns the new group's id. A name already taken by a group with the same ownership tags returns that group. */
  createSecurityGroup(group: {
    readonly name: string;
    readonly description: string;
    readonly vpcId: string;
    readonly tags: Tags;
  }): Promise<string>;
  authorize(groupId: string, rules: readonly RuleContent[], ruleTags: Tags): Promise<void>;
  revoke(groupId: string, rules: readonly RuleToRevoke[]): Promise<void>;
  /** Replaces the whole list. Never sends ApplyImmediately or any other parameter. */
  setDatabaseGroups(
    database: { readonly kind: string; readonly id: string },
    groupIds: readonly string[],
  ): Promise<void>;
  tagSecurityGroup(groupId: string, tags: Tags): Promise<void>;
  /** Takes tags away by their keys, whatever they say. One that is not there is no error. */
  untagSecurityGroup(groupId: string, keys: readonly string[]): Promise<void>;
  tagDatabase(arn: string, tags: Tags): Promise<void>;
  deleteSecurityGroup(groupId: string): Promise<void>;
}
