/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
