/** Of this service, what Moat uses: a bundle then leaves the other operations out. */
export { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
