import type { Logger } from "@aws-lambda-powertools/logger";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { canaryRules, closeCanary, openCanary } from "../../adapters/aws/canary.ts";
import type { Telemetry } from "./telemetry.ts";

/** What the heartbeat works with. `groupId` names the canary: a group of Moat's own that guards nothing. */
export interface Canary extends Pick<Telemetry, "count"> {
  readonly clients: AwsClients;
  readonly groupId: string;
  readonly logger: Logger;
}

const MARK = "moat heartbeat ";

/**
 * Opens the canary to nobody's addresses. CloudTrail's event of that call goes the way of all tampering; if the rule of
 * the last beat is still there, it got lost on that way, and is taken away here.
 *
 * @throws AwsFault
 */
export async function beat({ clients, groupId, logger, count }: Canary, now: Date): Promise<void> {
  const left = await canaryRules(clients, groupId);
  count("CanaryLeft", left.length);
  if (left.length > 0) {
    logger.error("canary not repaired", {
      group: groupId,
      since: left.map(({ description }) => description),
    });
    await closeCanary(clients, groupId, left);
  }
  await openCanary(clients, groupId, `${MARK}${now.toISOString()}`);
  logger.info("canary opened", { group: groupId });
}

/** Undoes a heartbeat, and counts how long the canary stood open. Nothing is written where nothing is to be undone. */
export async function repairCanary({ clients, groupId, logger, count }: Canary, now: Date): Promise<void> {
  const rules = await canaryRules(clients, groupId);
  if (rules.length === 0) return;
  logger.info("repairing the canary", { group: groupId, rules: rules.map((r) => r.securityGroupRuleId) });
  await closeCanary(clients, groupId, rules);
  const since = rules.flatMap(({ description }) =>
    description.startsWith(MARK) ? [Date.parse(description.slice(MARK.length))] : [],
  );
  if (since.length === 0) return;
  const seconds = Math.max(0, (now.getTime() - Math.min(...since)) / 1000);
  count("CanaryRepairs", 1);
  count("CanarySeconds", seconds);
  logger.info("canary repaired", { group: groupId, seconds });
}
