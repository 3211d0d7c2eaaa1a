import { Aws, CfnParameter, Stack } from "aws-cdk-lib";
import { EventBus as Bus, type EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { EventBus } from "aws-cdk-lib/aws-events-targets";
import { AccountPrincipal, ManagedPolicy, Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { documentOf } from "./document-of.ts";
import { RDS_EVENTS, TAMPER_EVENTS } from "./events.ts";
import { vpcParameter } from "./hub-parameters.ts";
import { askingStatements, readingStatements, writingStatements } from "./permissions.ts";

/** Name of the role that the hub takes in each account. */
export const SPOKE_ROLE = "moat-spoke";

/**
 * What each account gets first: a role that looks and changes nothing. IAM is global, so one region of an account is
 * enough.
 */
export class SpokeObserveStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Moat, in an account with databases: a role that looks and changes nothing",
    });
    const hub = new CfnParameter(this, "HubAccount", {
      description: "Number of the account in which the hub runs",
      allowedPattern: "[0-9]{12}",
    });
    const externalId = new CfnParameter(this, "ExternalId", {
      description: "The same text as in the hub; it keeps others from using the hub against this account",
      minLength: 8,
      noEcho: true,
    });
    new Role(this, "Role", {
      roleName: SPOKE_ROLE,
      description: "Moat looks at databases and security groups",
      assumedBy: new AccountPrincipal(hub.valueAsString).withConditions({
        StringEquals: { "sts:ExternalId": externalId.valueAsString },
        ArnLike: { "aws:PrincipalArn": `arn:${Aws.PARTITION}:iam::${hub.valueAsString}:role/moat-*` },
      }),
      inlinePolicies: { look: documentOf([...readingStatements(), ...askingStatements()]) },
    });
  }
}

/** The later, separate step: lets the same role change what carries Moat's tag or opted in by its own. */
export class SpokeEnforceStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Moat, in an account with databases: the leave to change security groups",
    });
    const owner = new CfnParameter(this, "Owner", {
      default: "moat",
      description: "Name of the installation: value of the tag moat:owner",
    });
    const vpcs = vpcParameter(this);
    const role = Role.fromRoleName(this, "Role", SPOKE_ROLE);
    const statements = writingStatements({
      partition: Aws.PARTITION,
      accountId: Aws.ACCOUNT_ID,
      region: "*",
      owner: owner.valueAsString,
      vpcs: vpcs.valueAsList,
    });
    new ManagedPolicy(this, "Change", {
      description: "Moat changes groups that carry its tag, on databases whose owners opted in",
      document: documentOf(statements),
      roles: [role],
    });
  }
}

/** In every region with databases: sends what may be tampering to the hub's bus. */
export class SpokeEventsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: "Moat, in a region with databases: events for the hub" });
    const bus = new CfnParameter(this, "HubBusArn", {
      description: "ARN of the event bus moat in the hub's account",
      allowedPattern: "arn:.+:event-bus/.+",
    });
    const hub = Bus.fromEventBusArn(this, "Hub", bus.valueAsString);
    const send = (name: string, description: string, eventPattern: EventPattern): Rule =>
      new Rule(this, name, { description, eventPattern, targets: [new EventBus(hub)] });
    send("Tampering", "Writes to groups and databases", TAMPER_EVENTS);
    send("Databases", "What RDS says of databases", RDS_EVENTS);
  }
}
