/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
