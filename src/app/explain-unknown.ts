import type { Diagnostic } from "../core/diagnostic.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";
import type { DatabasePolicy } from "../core/policy/resolution.ts";
import type { FoundConsumers } from "../core/policy/source/find-consumers.ts";
import type { LiveAccess, SeenFlows } from "./access-explanation.ts";

/** What an explanation leaves open. */
export function whatIsUnknown(about: {
  readonly index: PolicyIndex;
  readonly answer: DatabasePolicy | undefined;
  readonly live: LiveAccess;
  readonly unreadGroups: readonly string[];
  readonly flows: SeenFlows;
  readonly found: FoundConsumers;
}): readonly Diagnostic[] {
  const { index, answer, live, flows } = about;
  return [
    ...(index.policy.complete ? [] : [POLICY_INCOMPLETE]),
    ...index.policy.problems,
    ...(answer?.incomplete ?? []),
    ...(answer !== undefined && answer.matched.length > 0 ? [] : [DATABASE_UNMATCHED]),
    ...sourceUnknown(about.found),
    ...live.unknownPeers.map(peerUnknown),
    ...about.unreadGroups.map(groupUnread),
    ...(flows.known ? [] : [NO_FLOW_HISTORY]),
  ];
}

const POLICY_INCOMPLETE: Diagnostic = {
  code: "POLICY_INCOMPLETE",
  what: "the policy answer may be cut short",
  why: "a rule or a workload that was not read may allow what is denied here",
  fix: "read the policy again",
};

const DATABASE_UNMATCHED: Diagnostic = {
  code: "DATABASE_UNMATCHED",
  what: "no object of the policy stands for this database",
  why: "one is found by ARN, endpoint, host name or address, and none has any of them",
  fix: "make an unmanaged workload for it with its ARN as external data reference",
};

const NO_FLOW_HISTORY: Diagnostic = {
  code: "NO_FLOW_HISTORY",
  what: "whether anybody was seen connecting is not known",
  why: "no flow logs were given",
  fix: "add --flows with files, a folder or an s3:// prefix",
};

function sourceUnknown({ source, workloads, text }: FoundConsumers): readonly Diagnostic[] {
  if (source.kind !== "address" || workloads.length > 0) return [];
  return [
    {
      code: "SOURCE_UNKNOWN",
      what: `who ${text} is, is not known to policy`,
      why: "no workload holds the address, so only IP lists and subnets can bring it in",
      fix: "if it is a host of yours, make a workload for it",
    },
  ];
}

function peerUnknown({ group, source }: LiveAccess["unknownPeers"][number]): Diagnostic {
  return {
    code: "LIVE_PEER_UNKNOWN",
    what: `whom the peer ${source} of the group ${group} admits is not known`,
    why: "it is a group of another account or a prefix list whose entries could not be read",
    fix: "read that account too, or allow ec2:GetManagedPrefixListEntries",
  };
}

function groupUnread(group: string): Diagnostic {
  return {
    code: "LIVE_GROUP_UNREAD",
    what: `the attached group ${group} could not be read`,
    why: "it may admit anybody",
    fix: "allow ec2:DescribeSecurityGroups for it, and read again",
  };
}
