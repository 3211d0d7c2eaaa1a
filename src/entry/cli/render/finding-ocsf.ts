import { digest } from "../../../core/digest.ts";
import type { DatabaseKind } from "../../../core/inventory/model.ts";
import { ocsfMetadata } from "./ocsf-metadata.ts";
import type { Place, ToldFinding } from "./told-finding.ts";

/** Detection Finding: https://schema.ocsf.io/1.6.0/classes/detection_finding */
const CLASS = 2004;
const CREATE = 1;

const SEVERITIES = {
  low: { severity_id: 2, severity: "Low" },
  medium: { severity_id: 3, severity: "Medium" },
  high: { severity_id: 4, severity: "High" },
} as const;

/** Names of CloudFormation's resource types. */
const TYPES: Readonly<Record<DatabaseKind, string>> = {
  instance: "AWS::RDS::DBInstance",
  cluster: "AWS::RDS::DBCluster",
  proxy: "AWS::RDS::DBProxy",
  proxyEndpoint: "AWS::RDS::DBProxyEndpoint",
};

/** AWS Config's name of the account itself. */
const ACCOUNT = "AWS::::Account";

/**
 * Findings as OCSF events of Detection Finding, one a line in the order given; the same text for the same findings and
 * time. What was found twice is one event. Empty without a finding.
 *
 * @param foundAt milliseconds since 1970
 */
export function findingsOcsf(findings: readonly ToldFinding[], foundAt: number): string {
  const likely = Map.groupBy(findings, identityOf);
  const events = new Map<string, string>();
  for (const finding of findings) {
    const identity = identityOf(finding);
    const others = new Set((likely.get(identity) ?? []).map(({ what }) => what));
    // Texts that differ in a count alone may still be two findings; seen side by side they are.
    const uid = `moat-${digest(others.size > 1 ? `${identity}\n${finding.what}` : identity)}`;
    if (!events.has(uid)) events.set(uid, JSON.stringify(findingOcsf(finding, uid, foundAt)));
  }
  return [...events.values()].join("\n");
}

function findingOcsf(
  { code, what, why, fix, severity, place, about }: ToldFinding,
  uid: string,
  foundAt: number,
): Readonly<Record<string, unknown>> {
  return {
    class_uid: CLASS,
    class_name: "Detection Finding",
    category_uid: 2,
    category_name: "Findings",
    activity_id: CREATE,
    activity_name: "Create",
    type_uid: CLASS * 100 + CREATE,
    type_name: "Detection Finding: Create",
    ...SEVERITIES[severity],
    status_id: 1,
    status: "New",
    time: foundAt,
    message: what,
    finding_info: { uid, title: what, desc: why, types: [code], created_time: foundAt },
    ...(fix === undefined ? {} : { remediation: { desc: fix } }),
    ...resources(about, place),
    cloud: cloud(place),
    metadata: ocsfMetadata(["cloud"]),
  };
}

function resources(about: ToldFinding["about"], { accountId, region }: Place): object {
  if (about === undefined) return {};
  const where = region === undefined ? {} : { region };
  if (about !== "account")
    return { resources: [{ uid: about.arn, type: TYPES[about.kind], name: about.id, ...where }] };
  // OCSF takes no resource that has neither name nor uid.
  return accountId === undefined
    ? {}
    : { resources: [{ uid: accountId, type: ACCOUNT, name: accountId, ...where }] };
}

const cloud = ({ accountId, region }: Place): object => ({
  provider: "AWS",
  ...(accountId === undefined ? {} : { account: { uid: accountId, type: "AWS Account", type_id: 10 } }),
  ...(region === undefined ? {} : { region }),
});

function identityOf({ code, what, place, about, identity }: ToldFinding): string {
  const object = about === undefined || about === "account" ? "" : about.arn;
  return [code, place.accountId ?? "", place.region ?? "", object, identity ?? countless(what)].join("\n");
}

/** Without counts ("43 seconds", "5 of 6 groups"), which change while the finding stays; ports and addresses stay. */
const countless = (what: string): string => what.replaceAll(/(?<![\w.:/"-]|port )\d+(?= [a-z])/g, "#");
