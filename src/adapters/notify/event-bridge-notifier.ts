import { AwsFault } from "../../ports/aws-fault.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";

/** Source and type of every event of ours, which rules match. */
export const EVENT_SOURCE = "moat";
export const EVENT_TYPE = "Moat Incident";

/** Puts each message on an event bus, named by name or ARN. */
export const eventBridgeNotifier = (clients: AwsClients, bus: string): Notifier => ({
  name: "eventBridge",
  notify: async (message) => {
    const { sdk, client } = await clients.eventBridge();
    const entry = {
      EventBusName: bus,
      Source: EVENT_SOURCE,
      DetailType: EVENT_TYPE,
      Detail: JSON.stringify(message),
      ...(message.incident.database === undefined ? {} : { Resources: [message.incident.database.arn] }),
    };
    const answer = await callAws("events:PutEvents", () =>
      client.send(new sdk.PutEventsCommand({ Entries: [entry] })),
    );
    // The call succeeds when entries do not:
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    const failed = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if ((answer.FailedEntryCount ?? 0) > 0 || failed !== undefined)
      throw new AwsFault(
        "unavailable",
        failed?.ErrorCode ?? "Unknown",
        "events:PutEvents",
        `The event bus "${bus}" did not take an event (${failed?.ErrorCode ?? "unknown"})`,
        "Nothing; it is told again with the next look",
      );
  },
});
