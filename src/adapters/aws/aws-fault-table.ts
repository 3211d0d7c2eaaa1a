import type { AwsFaultKind } from "../../ports/aws-fault.ts";

/** What a wire code means for us. `fix` is given the call, named as its IAM action. */
export interface FaultEntry {
  readonly kind: AwsFaultKind;
  readonly fix: (operation: string) => string;
}

interface Row {
  readonly kind: AwsFaultKind;
  readonly fix: string | ((operation: string) => string);
  readonly codes: readonly string[];
}

/** Some wire codes end in `Fault` or `Exception` in one place and not in another, so the table has them without. */
const ROWS: readonly Row[] = [
  {
    kind: "throttled",
    fix: "Wait a minute and run again: all tools of the account share its request rate in this region",
    codes: [
      "RequestLimitExceeded",
      "Throttling",
      "Throttled",
      "TooManyRequests",
      "RequestThrottled",
      "EC2Throttled",
      "BandwidthLimitExceeded",
      "PriorRequestNotComplete",
      "SlowDown",
    ],
  },
  {
    kind: "denied",
    fix: (operation) =>
      `Allow the action "${operation}" to the identity that "aws sts get-caller-identity" shows`,
    codes: [
      "UnauthorizedOperation",
      "AccessDenied",
      "NotAuthorized",
      "AllAccessDisabled",
      "Forbidden",
      "403",
    ],
  },
  {
    kind: "denied",
    fix: "Sign the account up for the service, or enable the region for it",
    codes: ["OptInRequired", "SubscriptionRequired"],
  },
  {
    kind: "credentials",
    fix: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "aws sts get-caller-identity" must answer',
    codes: [
      "CredentialsProviderError",
      "CredentialsError",
      "MissingAuthenticationToken",
      "TokenProviderError",
    ],
  },
  {
    kind: "credentials",
    fix: 'Sign in again, e.g. "aws sso login", or take new keys',
    codes: [
      "ExpiredToken",
      "TokenRefreshRequired",
      "SSOTokenProviderFailure",
      "UnauthorizedSSOTokenError",
      "ExpiredTokenException",
    ],
  },
  {
    kind: "credentials",
    fix: "Check the keys, and that the region is enabled for the account if it is one to opt in to",
    codes: [
      "AuthFailure",
      "InvalidClientTokenId",
      "UnrecognizedClient",
      "InvalidAccessKeyId",
      "SignatureDoesNotMatch",
      "InvalidSignature",
      "IncompleteSignature",
      "InvalidToken",
    ],
  },
  {
    kind: "credentials",
    fix: "Set this machine's clock: AWS refuses signatures that are minutes off",
    codes: ["RequestExpired", "RequestTimeTooSkewed"],
  },
  {
    kind: "quota",
    fix: 'Ask for more "Inbound or outbound rules per security group" (L-0EA8095F) in Service Quotas',
    codes: ["RulesPerSecurityGroupLimitExceeded"],
  },
  {
    kind: "quota",
    fix: 'Ask for more "VPC security groups per Region" (L-E79EC296) in Service Quotas',
    codes: ["SecurityGroupLimitExceeded"],
  },
  {
    kind: "quota",
    fix: 'Ask for more "Security groups per network interface" (L-2AFB9258) in Service Quotas',
    codes: ["SecurityGroupsPerInterfaceLimitExceeded", "SecurityGroupsPerInstanceLimitExceeded"],
  },
  {
    kind: "quota",
    fix: "Remove tags that nobody needs from the resource: it may have 50",
    codes: ["TagLimitExceeded", "TooManyTags"],
  },
  {
    kind: "busy",
    fix: "Wait until the database is available, then run again",
    codes: [
      "InvalidDBInstanceState",
      "InvalidDBClusterState",
      "InvalidDBProxyState",
      "InvalidDBProxyEndpointState",
      "IncorrectState",
      "OperationAborted",
    ],
  },
  {
    kind: "duplicate",
    fix: "Run again: the next run reads what already stands",
    codes: ["InvalidPermission.Duplicate", "InvalidGroup.Duplicate"],
  },
  {
    kind: "staleRead",
    fix: "Run again: somebody changed the group since it was read",
    codes: [
      "InvalidPermission.NotFound",
      "InvalidSecurityGroupRuleId.NotFound",
      "InvalidSecurityGroupRuleID.NotFound",
    ],
  },
  {
    kind: "notFound",
    fix: "Run again: it was deleted since it was read, or AWS does not show it everywhere yet",
    codes: [
      "InvalidGroup.NotFound",
      "InvalidSecurityGroupID.NotFound",
      "InvalidGroupId.NotFound",
      "InvalidPrefixListID.NotFound",
      "InvalidPrefixListId.NotFound",
      "InvalidVpcID.NotFound",
      "InvalidNetworkInterfaceID.NotFound",
      "DBInstanceNotFound",
      "DBClusterNotFound",
      "DBProxyNotFound",
      "DBProxyEndpointNotFound",
      "DBSubnetGroupNotFound",
      "NoSuchResource",
      "ResourceNotFound",
      "NotFound",
      "404",
    ],
  },
  {
    kind: "notFound",
    fix: 'Check the name; "aws s3 ls" lists what there is',
    codes: ["NoSuchBucket", "NoSuchKey", "NoSuchVersion"],
  },
  {
    kind: "inUse",
    fix: "Wait until no network interface and no other group's rule uses the group, then run again",
    codes: ["DependencyViolation", "CannotDelete", "ResourceInUse"],
  },
  {
    kind: "invalid",
    fix: "Restore the object from its archive class first, or name other objects",
    codes: ["InvalidObjectState"],
  },
  {
    kind: "invalid",
    fix: "Check the subnets and the VPC of the database: RDS finds them unhealthy",
    codes: ["InvalidVPCNetworkState"],
  },
  {
    kind: "invalid",
    fix: "The VPC's encryption controls refuse the change; an exclusion has to be made there",
    codes: ["VpcEncryptionControlViolation"],
  },
  {
    kind: "invalid",
    fix: "The endpoint does not know this call: check AWS_ENDPOINT_URL, and whether the region has the service",
    codes: ["InvalidAction", "UnknownOperation", "NotImplemented", "UnsupportedOperation"],
  },
  {
    kind: "invalid",
    fix: "Set AWS_REGION to the region of the bucket",
    codes: ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"],
  },
  {
    kind: "invalid",
    fix: "Report this as a bug of Moat, with the message: the call itself was wrong",
    codes: [
      "InvalidParameterValue",
      "InvalidParameterCombination",
      "InvalidParameter",
      "MissingParameter",
      "InvalidPermission.Malformed",
      "InvalidGroupId.Malformed",
      "Validation",
      "ValidationError",
      "MalformedQueryString",
    ],
  },
  {
    kind: "invalid",
    fix: "Set AWS_REGION, or a region in the profile, to a region that exists, e.g. eu-west-1",
    codes: ["RegionMissing", "RegionUnknown"],
  },
  {
    kind: "unreachable",
    fix: "Check that the region exists (AWS_REGION), AWS_ENDPOINT_URL, and that this machine can resolve names",
    codes: ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"],
  },
  {
    kind: "unreachable",
    fix: "Check AWS_ENDPOINT_URL and the route to AWS; nothing listens at that address",
    codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"],
  },
  {
    kind: "unreachable",
    fix: "Check the network and run again: whether the call took effect is not known until AWS is read again",
    codes: [
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "Timeout",
      "TimeoutError",
      "NetworkingError",
      "ERR_SOCKET_TIMEOUT",
    ],
  },
  {
    kind: "unreachable",
    fix: "Set NODE_EXTRA_CA_CERTS to the certificate authority of your proxy or endpoint: it is not trusted",
    codes: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "CERT_HAS_EXPIRED",
    ],
  },
  {
    kind: "unavailable",
    fix: "Wait and run again; https://health.aws.amazon.com shows whether the service has trouble",
    codes: [
      "InternalError",
      "InternalFailure",
      "InternalServerError",
      "InternalService",
      "ServiceUnavailable",
      "Unavailable",
    ],
  },
];

const TABLE: ReadonlyMap<string, FaultEntry> = new Map(
  ROWS.flatMap(({ kind, fix, codes }) =>
    codes.map((code) => [code, { kind, fix: typeof fix === "string" ? () => fix : fix }] as const),
  ),
);

/** The meaning of a wire code, an `err.name` or a Node error code; `undefined` when the table lacks it. */
export function faultEntry(code: string): FaultEntry | undefined {
  return TABLE.get(code) ?? TABLE.get(code.replace(/(?:Fault|Exception)$/, ""));
}
