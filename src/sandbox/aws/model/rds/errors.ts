import { AwsError } from "../aws-error.ts";

/** Wire codes with their HTTP status. Some end in `Fault`, some do not: that is how AWS has them. */
const STATUS = {
  DBInstanceNotFound: 404,
  DBInstanceAlreadyExists: 400,
  DBClusterNotFoundFault: 404,
  DBClusterAlreadyExistsFault: 400,
  DBProxyNotFoundFault: 404,
  DBProxyAlreadyExistsFault: 400,
  DBProxyEndpointNotFoundFault: 404,
  DBProxyEndpointAlreadyExistsFault: 400,
  DBSubnetGroupNotFoundFault: 404,
  DBSubnetGroupAlreadyExists: 400,
  InvalidDBInstanceState: 400,
  InvalidDBClusterStateFault: 400,
  InvalidDBProxyStateFault: 400,
  InvalidDBProxyEndpointStateFault: 400,
  InvalidVPCNetworkStateFault: 400,
  InvalidSubnet: 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
  MissingParameter: 400,
  "QuotaExceeded.DBSecurityGroup": 400,
  InvalidAction: 400,
} as const;

/** The wire codes that the sandbox answers by itself; faults may add any other. */
export type RdsErrorCode = keyof typeof STATUS;

/** An error with the wire code and the HTTP status of RDS. */
export function rdsError(code: RdsErrorCode, message: string): AwsError {
  return new AwsError(code, message, STATUS[code]);
}
