import type { Database, NetworkInterface } from "./model.ts";

const DESCRIPTION = /^Network interface for DBProxy (.+)$/;

/** Whether an interface says of itself that it is a proxy's. Anybody may describe an interface of his own so. */
export const saysProxy = ({ description }: NetworkInterface): boolean => DESCRIPTION.test(description);

/**
 * Whether an interface may be a database's: AWS manages it, so that nobody else wrote its description, and it lies where
 * the database's interfaces do, as far as its subnets are known.
 */
export const mayBeOf = (i: NetworkInterface, { vpcId, subnetIds }: Database): boolean =>
  i.requesterManaged && i.vpcId === vpcId && (subnetIds.length === 0 || subnetIds.includes(i.subnetId));

/**
 * Whether RDS made an interface for a proxy: it may be the proxy's, and its description bears the proxy's name. Further endpoints of the proxy are described as the proxy is, but
 * may lie elsewhere, or carry other groups.
 */
export const bearsNameOf = (i: NetworkInterface, database: Database): boolean =>
  database.kind === "proxy" && DESCRIPTION.exec(i.description)?.[1] === database.id && mayBeOf(i, database);
