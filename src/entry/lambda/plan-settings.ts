import type { IngestSettings } from "../../app/ingest-flow-logs.ts";
import type { LambdaEnvironment } from "./environment.ts";

/** What a plan needs to know of the environment. */
export const planSettings = (env: LambdaEnvironment): IngestSettings["plan"] => ({
  owner: env.MOAT_OWNER,
  modes: { default: env.MOAT_MODE, databases: {} },
  acknowledged: new Set(env.MOAT_ACKNOWLEDGE.split(/\s+/).filter((token) => token !== "")),
  shrinkPercent: env.MOAT_SHRINK_PERCENT,
  egress: { default: env.MOAT_EGRESS, databases: {} },
});
