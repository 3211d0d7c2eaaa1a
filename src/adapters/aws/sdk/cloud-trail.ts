/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
