import type { SecurityGroup } from "../inventory/model.ts";

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
const MAX_NAME = 255;
const ROOM_FOR_NUMBER = 8;

/** The name a managed group would like to have. None may start with `sg-`. */
export const preferredGroupName = (databaseId: string): string =>
  `moat-${databaseId}`.slice(0, MAX_NAME - ROOM_FOR_NUMBER);

/**
 * Makes the function that hands out names for managed groups. EC2 compares names without case within a VPC; a name
 * given out is taken, so that two groups of one plan never share it.
 */
export function groupNamer(groups: readonly SecurityGroup[]): (vpcId: string, databaseId: string) => string {
  const taken = new Set(groups.map((g) => nameKey(g.vpcId, g.groupName)));
  return (vpcId, databaseId) => {
    const base = preferredGroupName(databaseId);
    let name = base;
    for (let i = 2; taken.has(nameKey(vpcId, name)); i += 1) name = `${base}-${i}`;
    taken.add(nameKey(vpcId, name));
    return name;
  };
}

const nameKey = (vpcId: string, name: string): string => `${vpcId}|${name.toLowerCase()}`;
