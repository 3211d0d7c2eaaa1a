/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
