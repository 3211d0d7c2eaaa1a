import { ec2State } from "../ec2/ec2-state.ts";
import { partKey } from "../parts.ts";
import type { RegionState } from "../region-state.ts";
import { ec2Network } from "./ec2-network.ts";
import { RdsRegion } from "./region.ts";

/** RDS in one account and region: `region.part(rdsState)`. */
export const rdsState = partKey("rds", (region: RegionState) => {
  const rds = new RdsRegion(region, ec2Network(region.part(ec2State)));
  const { quotas } = region.part(ec2State);
  // RDS has a limit of its own, which a raised quota of the VPC does not raise:
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
  const maxGroupsPerDatabase = (): number => Math.min(5, quotas.value("securityGroupsPerInterface"));
  rds.behaviour = { ...rds.behaviour, maxGroupsPerDatabase };
  return rds;
});

/** RDS in one account and region. */
export const rdsOf = (region: RegionState): RdsRegion => region.part(rdsState);
