import type { Route } from "../router.ts";
import { accountRoutes } from "./account.ts";
import { jobRoutes } from "./jobs.ts";
import { objectRoutes } from "./objects.ts";
import { policyCheckRoutes } from "./policy-checks.ts";
import { policyVersionRoutes } from "./policy-versions.ts";
import { ruleRoutes } from "./rules.ts";
import { trafficRoutes } from "./traffic.ts";
import { workloadRoutes } from "./workloads.ts";

/** Every route; of two that fit, the first one answers. */
export const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...workloadRoutes,
  ...ruleRoutes,
  ...policyCheckRoutes,
  ...policyVersionRoutes,
  ...objectRoutes,
  ...jobRoutes,
  ...trafficRoutes,
];
