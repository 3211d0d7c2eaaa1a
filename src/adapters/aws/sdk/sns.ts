/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
