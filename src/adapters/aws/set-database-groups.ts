import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

/** The object whose list is replaced: `kind` is a DatabaseKind. */
export interface DatabaseRef {
  readonly kind: string;
  readonly id: string;
}

/**
 * Replaces a database's whole list of groups. The call carries the identifier and the ids and nothing else: any other
 * parameter could start a change of its own, and ApplyImmediately would flush all that is pending.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
 *
 * @throws AwsFault
 */
export async function setDatabaseGroups(
  clients: AwsClients,
  { kind, id }: DatabaseRef,
  groupIds: readonly string[],
): Promise<void> {
  // RDS takes an empty list for an absent one and changes nothing.
  if (groupIds.length === 0) throw refused(`An empty list of groups was to be set on "${id}"`);
  const { sdk, client } = await clients.rdsWrites();
  const groups = [...groupIds];
  switch (kind) {
    case "instance":
      await callAws("rds:ModifyDBInstance", () =>
        client.send(
          new sdk.ModifyDBInstanceCommand({ DBInstanceIdentifier: id, VpcSecurityGroupIds: groups }),
        ),
      );
      return;
    case "cluster":
      await callAws("rds:ModifyDBCluster", () =>
        client.send(new sdk.ModifyDBClusterCommand({ DBClusterIdentifier: id, VpcSecurityGroupIds: groups })),
      );
      return;
    case "proxy":
      await callAws("rds:ModifyDBProxy", () =>
        client.send(new sdk.ModifyDBProxyCommand({ DBProxyName: id, SecurityGroups: groups })),
      );
      return;
    case "proxyEndpoint":
      await callAws("rds:ModifyDBProxyEndpoint", () =>
        client.send(
          new sdk.ModifyDBProxyEndpointCommand({ DBProxyEndpointName: id, VpcSecurityGroupIds: groups }),
        ),
      );
      return;
    default:
      throw refused(`"${kind}" is no kind of database`);
  }
}

function refused(message: string): AwsFault {
  return new AwsFault("invalid", "Refused", "rds:ModifyDBInstance", message, "Report this as a bug of Moat");
}
