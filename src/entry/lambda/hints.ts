import { z } from "zod";
import { parseResourceChange } from "../../adapters/aws/parse/resource-change.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import type { TargetName } from "./targets.ts";

/** Something happened in a target, by an event that may be late, doubled, or one of many that were lost. */
export interface Hint {
  readonly target: TargetName;
  /** What CloudTrail says of it. */
  readonly change?: ResourceChange;
}

const BusEvent = z.object({
  source: z.enum(["aws.ec2", "aws.rds"]),
  "detail-type": z.string(),
  account: z.string(),
  region: z.string(),
  detail: z.unknown(),
});
const VIA_TRAIL = "AWS API Call via CloudTrail";

/**
 * Reads an event of EventBridge, as it is or as the text of a message.
 *
 * @returns `undefined` for what changes nothing: a call that failed, or one that names nothing we know
 * @throws Error for what is no event of EC2 or RDS
 */
export function parseHint(body: string): Hint | undefined {
  const event = BusEvent.parse(JSON.parse(body));
  const target = { accountId: event.account, region: event.region };
  if (event["detail-type"] !== VIA_TRAIL) return { target };
  const change = parseResourceChange(event.detail);
  return change === undefined ? undefined : { target, change };
}
