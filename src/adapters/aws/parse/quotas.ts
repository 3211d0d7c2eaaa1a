import { z } from "zod";
import type { Quotas } from "../../../core/inventory/model.ts";

/** Service Quotas codes of the service `vpc` that bound a plan. */
export const QUOTA_CODES = {
  rulesPerSecurityGroup: "L-0EA8095F",
  securityGroupsPerInterface: "L-2AFB9258",
} as const;

// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
const DEFAULTS = { rulesPerSecurityGroup: 60, securityGroupsPerInterface: 5 } as const;

const Quota = z.object({ QuotaCode: z.string(), Value: z.number().int().positive() });

/** Quotas from `Quota` objects of GetServiceQuota; the defaults of AWS stand in for those not given. */
export function parseQuotas(items: readonly unknown[]): Quotas {
  const values = new Map<string, number>();
  for (const json of items) {
    const read = Quota.safeParse(json);
    if (read.success) values.set(read.data.QuotaCode, read.data.Value);
  }
  const rules = values.get(QUOTA_CODES.rulesPerSecurityGroup);
  const groups = values.get(QUOTA_CODES.securityGroupsPerInterface);
  return {
    rulesPerSecurityGroup: rules ?? DEFAULTS.rulesPerSecurityGroup,
    securityGroupsPerInterface: groups ?? DEFAULTS.securityGroupsPerInterface,
    source: rules !== undefined && groups !== undefined ? "service-quotas" : "default",
  };
}
