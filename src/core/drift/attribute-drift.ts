import { recogniseTool } from "../trail/recognise-tool.ts";
import type { ResourceChange } from "../trail/resource-change.ts";
import { whoChanged } from "../trail/who-changed.ts";
import type { Attribution, Drift } from "./drift.ts";

const OPERATIONS: Readonly<Record<Drift["kind"], RegExp>> = {
  ruleAdded: /^AuthorizeSecurityGroupIngress$/,
  ruleEdited: /^ModifySecurityGroupRules$/,
  ruleRemoved: /^(RevokeSecurityGroupIngress|ModifySecurityGroupRules)$/,
  memberJoined:
    /^(ModifyNetworkInterfaceAttribute|ModifyInstanceAttribute|CreateNetworkInterface|RunInstances)$/,
  tagsChanged: /Tags/,
  groupDetached: /^Modify(DB|NetworkInterface)/,
  groupAttached: /^Modify(DB|NetworkInterface)/,
  groupDeleted: /^DeleteSecurityGroup$/,
};

/**
 * Says who made a difference, where the trail tells. Moat's own calls are no answer. Only calls that can have made this
 * kind of difference count: whoever tagged a group did not add a rule to it.
 *
 * @param self ARN that Moat acts under
 */
export function attributeDrift(
  drift: Drift,
  changes: readonly ResourceChange[],
  self: string | undefined,
): Drift {
  const possible = changes.filter((c) => OPERATIONS[drift.kind].test(c.operation));
  const change = whoChanged(possible, {
    resources: drift.resources,
    services: true,
    ...(self === undefined ? {} : { self }),
  });
  return change === undefined ? drift : { ...drift, by: attributionOf(change) };
}

/** A change of a trail as drift carries it. */
const attributionOf = (change: ResourceChange): Attribution => ({
  who: change.actor.name,
  arn: change.actor.arn,
  tool: recogniseTool(change),
  userAgent: change.userAgent,
  operation: change.operation,
  at: change.at,
});
