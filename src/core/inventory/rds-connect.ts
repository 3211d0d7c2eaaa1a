import type { SecurityGroup } from "./model.ts";

/**
 * The numbered groups that RDS makes when somebody connects compute to a database in the console: one on the database,
 * and its twin on the other side, with the two halves of the name changed over:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/ec2-rds-connect.html
 */
const ON_DATABASE = /^rds-(ec2|lambda|rdsproxy)-(\d+)$/;

/** The name of the twin group, or `undefined` when this is no name of RDS's. */
function twinOfConnectGroup(groupName: string): string | undefined {
  const [, other, number] = ON_DATABASE.exec(groupName) ?? [];
  return other === undefined ? undefined : `${other}-rds-${number}`;
}

/**
 * Whether RDS's connect feature made this group and it still says what RDS made it say: only members of the twin group
 * come in, and only over TCP. Anybody may give a group such a name, so the name alone is no proof: a group that admits
 * a CIDR, a prefix list or another group is somebody else's.
 */
export function isRdsConnectGroup(group: SecurityGroup, groups: ReadonlyMap<string, SecurityGroup>): boolean {
  const twin = twinOfConnectGroup(group.groupName);
  if (twin === undefined) return false;
  return group.rules
    .filter((rule) => rule.direction === "ingress")
    .every(
      ({ protocol, source }) =>
        protocol === "tcp" &&
        source.kind === "securityGroup" &&
        groups.get(source.groupId)?.groupName === twin,
    );
}
