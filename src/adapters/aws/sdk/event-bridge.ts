/** Of this service, what Moat uses: a bundle then leaves the other operations out. */
export { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
