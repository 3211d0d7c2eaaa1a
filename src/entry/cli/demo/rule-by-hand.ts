import { callAws } from "../../../adapters/aws/aws-call.ts";
import type { RevokedRule } from "../../../core/plan/plan.ts";
import { sourceText } from "../../../core/rule/rule-text.ts";
import { askTrail, changeText } from "./ask-trail.ts";
import type { Chapter } from "./chapter.ts";
import { client } from "./company-clients.ts";
import { admits } from "./connection-watch.ts";
import { clientsUnderRole } from "./role-clients.ts";
import type { Stage } from "./stage.ts";
import { tally } from "./the-switch.ts";
import { makePlan, reconcileWatched, sayWatch } from "./watched-run.ts";

/** Somebody opens a managed group to the world; it is found, closed, and somebody has a name. */
export const ruleByHand: Chapter = {
  key: "ruleByHand",
  title: "A rule added by hand",
  run: async (stage) => {
    const group = await managedGroup(stage, "orders");
    await openToTheWorld(stage, group);
    const scanner = client(stage, "scanner", "orders");
    const opened = admits(stage.aws, scanner);
    stage.tell(
      `An engineer opens ${group} to 0.0.0.0/0: the scanner is ${opened ? "in again" : "still out"}`,
    );
    const found = await strayRules(stage);
    stage.tell(
      `Found: ${found.map(({ rule }) => `${sourceText(rule.source)} is not what policy says`).join("; ") || "nothing"}`,
    );
    const [first] = found;
    const change =
      first === undefined ? undefined : askTrail(stage, [first.rule.securityGroupRuleId ?? "", first.group]);
    stage.tell(`Who? ${change === undefined ? "CloudTrail does not say" : changeText(change)}`);
    const { watch, writes } = await reconcileWatched(stage);
    stage.check(
      writes.length === 1 && writes[0] === "RevokeSecurityGroupIngress",
      `removed by exactly one write call: ${tally(writes) || "none"}`,
    );
    stage.check(
      change?.actor.name === "engineer/alex",
      `with a name attached: ${change?.actor.name ?? "nobody"}`,
    );
    stage.check(opened && !admits(stage.aws, scanner), "the scanner is refused again");
    sayWatch(stage, watch);
    return { found: found.map(({ rule }) => sourceText(rule.source)), by: change ?? null, writes };
  },
};

/** The group that Moat keeps for a database. */
export async function managedGroup(stage: Stage, id: string): Promise<string> {
  const { plan } = await makePlan(stage);
  return plan.databases.find((d) => d.id === id)?.managedGroups[0] ?? "";
}

async function openToTheWorld(stage: Stage, group: string): Promise<void> {
  const { clients } = await clientsUnderRole(stage.open, "engineer", "alex");
  const { sdk, client: ec2 } = await clients.ec2();
  try {
    await callAws("ec2:AuthorizeSecurityGroupIngress", () =>
      ec2.send(
        new sdk.AuthorizeSecurityGroupIngressCommand({
          GroupId: group,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      ),
    );
  } finally {
    clients.close();
  }
}

/** Rules that the plan would revoke. */
async function strayRules(
  stage: Stage,
): Promise<readonly { readonly group: string; readonly rule: RevokedRule }[]> {
  const { plan } = await makePlan(stage);
  return plan.databases.flatMap((d) =>
    d.steps.flatMap((s) => (s.action === "revoke" ? s.rules.map((rule) => ({ group: s.group, rule })) : [])),
  );
}
