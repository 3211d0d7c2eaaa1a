import { zoneId } from "./vpcs.ts";

/** The regions that every account has without opting in. */
export const REGIONS: readonly string[] = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];

export interface Zone {
  readonly zoneName: string;
  readonly zoneId: string;
}

/** Three zones in each region. */
export const zonesOf = (region: string): readonly Zone[] =>
  ["a", "b", "c"].map((letter) => ({ zoneName: `${region}${letter}`, zoneId: zoneId(`${region}${letter}`) }));
