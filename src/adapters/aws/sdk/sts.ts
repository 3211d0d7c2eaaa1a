/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
