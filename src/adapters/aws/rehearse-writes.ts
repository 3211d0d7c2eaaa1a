import type { Rehearsal } from "../../core/doctor/permission-checks.ts";
import { DATABASE_TAG, ORIGINAL_GROUPS_TAG, OWNER_TAG } from "../../core/inventory/ownership.ts";
import { toAwsFault } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { tagList, tagSpecifications } from "./ec2-tags.ts";

/** What to rehearse on. */
export interface RehearsalPlaces {
  readonly owner: string;
  readonly vpcId?: string;
  /** A group of ours, and one that is somebody else's. */
  readonly ours?: string;
  readonly theirs?: string;
}

/** An address of the block that is for documentation only (RFC 5737), and a port that nothing listens on. */
const RULE = { IpProtocol: "tcp", FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: "192.0.2.1/32" }] };

type Ec2 = typeof import("@aws-sdk/client-ec2");
type Call = (sdk: Ec2) => { readonly action: string; readonly on: string; readonly command: unknown };

/**
 * Makes the writes of Moat with `DryRun`: EC2 checks the permission and does nothing. On a group that is not ours the
 * same calls should be denied.
 */
export async function rehearseWrites(
  clients: AwsClients,
  places: RehearsalPlaces,
): Promise<readonly Rehearsal[]> {
  // Only the command line rehearses, so that nothing of it is in a bundled handler.
  const sdk = await import("@aws-sdk/client-ec2");
  const { client } = await clients.ec2Writes();
  const { vpcId, ours, theirs, owner } = places;
  const needed = [
    ...(vpcId === undefined ? [] : [create(vpcId, owner)]),
    ...(ours === undefined ? [] : onOurs(ours)),
  ];
  const surplus = theirs === undefined ? [] : onTheirs(theirs, owner);
  const rehearsals: Rehearsal[] = [];
  for (const [expected, calls] of [["needed", needed] as const, ["surplus", surplus] as const]) {
    for (const call of calls) {
      const { action, on, command } = call(sdk);
      const verdict = await rehearse(action, () => client.send(command as Parameters<typeof client.send>[0]));
      rehearsals.push({ action, on, expected, ...verdict });
    }
  }
  return rehearsals;
}

const create =
  (VpcId: string, owner: string): Call =>
  (sdk) => ({
    action: "ec2:CreateSecurityGroup",
    on: VpcId,
    command: new sdk.CreateSecurityGroupCommand({
      DryRun: true,
      GroupName: "moat-doctor-rehearsal",
      Description: "A rehearsal",
      VpcId,
      ...tagSpecifications("security-group", { [OWNER_TAG]: owner, [DATABASE_TAG]: "rehearsal" }),
    }),
  });

function onOurs(GroupId: string): readonly Call[] {
  const rules = { DryRun: true, GroupId, IpPermissions: [RULE] };
  const on = GroupId;
  return [
    (sdk) => ({
      action: "ec2:AuthorizeSecurityGroupIngress",
      on,
      command: new sdk.AuthorizeSecurityGroupIngressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:AuthorizeSecurityGroupEgress",
      on,
      command: new sdk.AuthorizeSecurityGroupEgressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:RevokeSecurityGroupIngress",
      on,
      command: new sdk.RevokeSecurityGroupIngressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:RevokeSecurityGroupEgress",
      on,
      command: new sdk.RevokeSecurityGroupEgressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:DeleteSecurityGroup",
      on,
      command: new sdk.DeleteSecurityGroupCommand({ DryRun: true, GroupId }),
    }),
    tag(GroupId, ORIGINAL_GROUPS_TAG, "rehearsal"),
  ];
}

/** Whoever may put our mark on any group may make any group ours. */
function onTheirs(GroupId: string, owner: string): readonly Call[] {
  const rules = { DryRun: true, GroupId, IpPermissions: [RULE] };
  const on = GroupId;
  return [
    (sdk) => ({
      action: "ec2:AuthorizeSecurityGroupIngress",
      on,
      command: new sdk.AuthorizeSecurityGroupIngressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:RevokeSecurityGroupIngress",
      on,
      command: new sdk.RevokeSecurityGroupIngressCommand(rules),
    }),
    (sdk) => ({
      action: "ec2:DeleteSecurityGroup",
      on,
      command: new sdk.DeleteSecurityGroupCommand({ DryRun: true, GroupId }),
    }),
    tag(GroupId, OWNER_TAG, owner),
  ];
}

const tag =
  (group: string, key: string, value: string): Call =>
  (sdk) => ({
    action: "ec2:CreateTags",
    on: group,
    command: new sdk.CreateTagsCommand({ DryRun: true, Resources: [group], Tags: tagList({ [key]: value }) }),
  });

/** EC2 answers a rehearsal with an error whatever comes of it: which one tells. */
async function rehearse(
  action: string,
  call: () => Promise<unknown>,
): Promise<Pick<Rehearsal, "verdict" | "detail">> {
  try {
    await call();
    return { verdict: "unknown", detail: "the call was not taken for a rehearsal" };
  } catch (error) {
    const fault = toAwsFault(error, action);
    if (fault.code === "DryRunOperation") return { verdict: "allowed" };
    if (fault.kind === "denied") return { verdict: "denied" };
    if (fault.kind === "credentials" || fault.kind === "unreachable") throw fault;
    return { verdict: "unknown", detail: fault.code };
  }
}
