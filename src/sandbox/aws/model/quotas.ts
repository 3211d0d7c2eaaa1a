import { partKey } from "./parts.ts";
import type { RegionState } from "./region-state.ts";

/** Quota codes of service `vpc` that the models obey. */
export const VPC_QUOTA = {
  rulesPerSecurityGroup: "L-0EA8095F",
  securityGroupsPerInterface: "L-2AFB9258",
  securityGroupsPerRegion: "L-E79EC296",
  prefixListsPerRegion: "L-5C1F9F8C",
  entriesPerPrefixList: "L-93826ACB",
} as const;

// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const DEFAULTS: Readonly<Record<string, number>> = {
  [VPC_QUOTA.rulesPerSecurityGroup]: 60,
  [VPC_QUOTA.securityGroupsPerInterface]: 5,
  [VPC_QUOTA.securityGroupsPerRegion]: 2500,
  [VPC_QUOTA.prefixListsPerRegion]: 100,
  [VPC_QUOTA.entriesPerPrefixList]: 1000,
};

/** The quotas of service `vpc` in one account and region: default values until a test sets others. */
export class VpcQuotas {
  readonly #applied = new Map<string, number>();

  /** @returns undefined for a code that does not exist */
  applied(quotaCode: string): number | undefined {
    return this.#applied.get(quotaCode) ?? DEFAULTS[quotaCode];
  }

  /** The value before any increase. */
  defaultValue(quotaCode: string): number | undefined {
    return DEFAULTS[quotaCode];
  }

  set(quotaCode: string, value: number): void {
    this.#applied.set(quotaCode, value);
  }

  codes(): readonly string[] {
    return Object.keys(DEFAULTS);
  }

  /** A quota known to exist. */
  value(name: keyof typeof VPC_QUOTA): number {
    return this.applied(VPC_QUOTA[name]) ?? 0;
  }
}

/** Quotas of one account and region: `region.part(vpcQuotas)`. */
export const vpcQuotas = partKey("vpcQuotas", (_region: RegionState) => new VpcQuotas());
