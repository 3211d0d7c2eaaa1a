import { AwsError } from "../model/aws-error.ts";
import type { CallContext } from "../model/call.ts";
import { credentialTable, type Identity } from "../model/credentials.ts";
import type { SandboxWorld } from "../model/region-state.ts";
import type { WireRequest } from "./http.ts";

export type { CallContext } from "../model/call.ts";

/** The parts of `AKIA…/20260105/eu-west-1/ec2/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/**
 * Reads the SigV4 scope from the Authorization header or, for presigned URLs, from the query. Signatures are not
 * checked: the sandbox holds no secrets.
 *
 * @returns undefined when the request is not signed, or the scope cannot be read
 */
export function credentialScope(request: WireRequest): CredentialScope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? request.query.get("X-Amz-Credential") ?? undefined;
  const [accessKeyId, , region, service] = credential?.split("/") ?? [];
  if (!accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service };
}

/** What each family of protocols calls the three ways in which credentials can be bad. */
interface AuthCodes {
  readonly missing: readonly [code: string, status: number];
  readonly unknown: readonly [code: string, status: number];
  readonly expired: readonly [code: string, status: number];
}

const EC2_CODES: AuthCodes = {
  missing: ["AuthFailure", 401],
  unknown: ["AuthFailure", 401],
  expired: ["RequestExpired", 400],
};
const QUERY_CODES: AuthCodes = {
  missing: ["MissingAuthenticationToken", 403],
  unknown: ["InvalidClientTokenId", 403],
  expired: ["ExpiredToken", 403],
};
const JSON_CODES: AuthCodes = {
  missing: ["MissingAuthenticationTokenException", 400],
  unknown: ["UnrecognizedClientException", 400],
  expired: ["ExpiredTokenException", 400],
};
const S3_CODES: AuthCodes = {
  missing: ["AccessDenied", 403],
  unknown: ["InvalidAccessKeyId", 403],
  expired: ["ExpiredToken", 400],
};
const CODES: Readonly<Record<string, AuthCodes>> = {
  ec2: EC2_CODES,
  s3: S3_CODES,
  sqs: JSON_CODES,
  secretsmanager: JSON_CODES,
  servicequotas: JSON_CODES,
};
const codesOf = (service: string): AuthCodes => CODES[service] ?? QUERY_CODES;

/** The error for a request without a readable signature. */
export function missingAuthentication(service: string): AwsError {
  const [code, status] = codesOf(service).missing;
  return new AwsError(code, "Request is missing Authentication Token", status);
}

/** Finds out who calls. @throws AwsError for unknown or expired temporary credentials */
export function callContext(
  world: SandboxWorld,
  request: Pick<WireRequest, "headers">,
  scope: CredentialScope,
): CallContext {
  const identity = world.part(credentialTable).find(scope.accessKeyId);
  const checked = validIdentity(world, identity, scope.service);
  return {
    accountId: checked.accountId,
    region: scope.region,
    service: scope.service,
    accessKeyId: scope.accessKeyId,
    principalArn: checked.principalArn,
    ...(checked.sessionName === undefined ? {} : { sessionName: checked.sessionName }),
    userAgent: request.headers["user-agent"] ?? "",
    requestId: world.requestIds.uuid(),
  };
}

function validIdentity(world: SandboxWorld, identity: Identity | undefined, service: string): Identity {
  if (identity === undefined) {
    const [code, status] = codesOf(service).unknown;
    throw new AwsError(code, "The security token included in the request is invalid.", status);
  }
  if (identity.expiresMs !== undefined && identity.expiresMs <= world.clock.now()) {
    const [code, status] = codesOf(service).expired;
    throw new AwsError(code, "The security token included in the request is expired", status);
  }
  return identity;
}
