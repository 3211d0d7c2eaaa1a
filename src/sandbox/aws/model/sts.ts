import { AwsError } from "./aws-error.ts";
import { credentialTable, type Identity } from "./credentials.ts";
import { partKey } from "./parts.ts";
import type { SandboxWorld } from "./region-state.ts";

/** A role as its trust policy would have it. */
export interface SeededRole {
  readonly roleArn: string;
  /** When set, AssumeRole must bring the same. */
  readonly externalId?: string;
}

/** The roles that are known, and what happens with others. */
export class RoleTable {
  readonly #roles = new Map<string, SeededRole>();
  /** `allow`: any role may be assumed, seeded or not. */
  unknownRoles: "allow" | "deny" = "allow";

  add(role: SeededRole): void {
    this.#roles.set(role.roleArn, role);
  }

  find(roleArn: string): SeededRole | undefined {
    return this.#roles.get(roleArn) ?? (this.unknownRoles === "allow" ? { roleArn } : undefined);
  }
}

/** The roles of the whole sandbox: `world.part(roleTable)`. */
export const roleTable = partKey("roles", (_world: SandboxWorld) => new RoleTable());

export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly externalId?: string | undefined;
  /** 900 to 43200, by default 3600. */
  readonly durationSeconds?: number | undefined;
}

/** What AssumeRole hands out. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresMs: number;
  readonly assumedRoleId: string;
  readonly arn: string;
}

/** Mints keys that belong to the account of the role and expire by the sandbox clock. @throws AwsError */
export function assumeRole(world: SandboxWorld, input: AssumeRoleInput): RoleSession {
  const { roleArn, roleSessionName } = input;
  const parts = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  if (parts === null) throw new AwsError("ValidationError", `${roleArn} is invalid`);
  checkSession(roleSessionName, input.durationSeconds);
  const role = world.part(roleTable).find(roleArn);
  if (role === undefined || (role.externalId !== undefined && role.externalId !== input.externalId)) {
    throw new AwsError(
      "AccessDenied",
      `User is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      403,
    );
  }
  const [, accountId = "", roleName = ""] = parts;
  const { ids, clock } = world;
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${roleSessionName}`;
  const assumedRoleId = `AROA${ids.base32(17)}:${roleSessionName}`;
  const expiresMs = clock.now() + (input.durationSeconds ?? 3600) * 1000;
  const accessKeyId = `ASIA${ids.base32(16)}`;
  const identity: Identity = {
    accountId,
    principalArn: arn,
    userId: assumedRoleId,
    sessionName: roleSessionName,
    expiresMs,
  };
  world.part(credentialTable).register(accessKeyId, identity);
  return {
    accessKeyId,
    secretAccessKey: ids.hex(40),
    sessionToken: ids.hex(64),
    expiresMs,
    assumedRoleId,
    arn,
  };
}

/** Who an access key belongs to. @throws AwsError InvalidClientTokenId */
export function callerIdentity(world: SandboxWorld, accessKeyId: string): Identity {
  const identity = world.part(credentialTable).find(accessKeyId);
  if (identity !== undefined) return identity;
  throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
}

function checkSession(roleSessionName: string, durationSeconds: number | undefined): void {
  if (!/^[\w+=,.@-]{2,64}$/.test(roleSessionName)) {
    const pattern = String.raw`[\w+=,.@-]*`;
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${roleSessionName}' at 'roleSessionName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${pattern}`,
    );
  }
  if (durationSeconds !== undefined && (durationSeconds < 900 || durationSeconds > 43_200)) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the limits set for this role.",
    );
  }
}
