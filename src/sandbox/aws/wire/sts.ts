import type { SandboxWorld } from "../model/region-state.ts";
import { assumeRole, callerIdentity } from "../model/sts.ts";
import { integer, requiredText, text } from "./form-fields.ts";
import { type QueryOperation, queryService } from "./query-protocol.ts";
import type { WireService } from "./service.ts";

const getCallerIdentity: QueryOperation = {
  isWrite: false,
  run: (_input, { world, context }) => {
    const identity = callerIdentity(world, context.accessKeyId);
    return { Arn: identity.principalArn, UserId: identity.userId, Account: identity.accountId };
  },
};

const assumeRoleOperation: QueryOperation = {
  isWrite: false,
  run: (input, { world }) => {
    const session = assumeRole(world, {
      roleArn: requiredText(input, "RoleArn"),
      roleSessionName: requiredText(input, "RoleSessionName"),
      externalId: text(input, "ExternalId"),
      durationSeconds: integer(input, "DurationSeconds"),
    });
    return {
      AssumedRoleUser: { AssumedRoleId: session.assumedRoleId, Arn: session.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: new Date(session.expiresMs),
      },
      PackedPolicySize: 6,
    };
  },
};

/** The Security Token Service. */
export const stsService = (world: SandboxWorld): WireService =>
  queryService(world, {
    name: "sts",
    dialect: "query",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRoleOperation },
  });
