import { createHash } from "node:crypto";
import type { IncidentMessage } from "../../core/incident/incident.ts";
import { incidentText, incidentTitle } from "../../core/incident/incident-text.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";

/** Publishes each message to a topic: to people as text, to programs as JSON, with attributes to filter by. */
export const snsNotifier = (clients: AwsClients, topicArn: string): Notifier => ({
  name: "sns",
  notify: async (message) => {
    const sdk = await import("../aws/sdk/sns.ts");
    const client = await clients.other(
      "sns",
      (config) => new sdk.SNSClient({ ...config, maxAttempts: 2, retryMode: "standard" }),
    );
    const text = `${incidentTitle(message)}\n\n${incidentText(message)}\n`;
    const attribute = (value: string) => ({ DataType: "String", StringValue: value });
    await callAws("sns:Publish", () =>
      client.send(
        new sdk.PublishCommand({
          TopicArn: topicArn,
          Subject: subjectOf(incidentTitle(message)),
          MessageStructure: "json",
          Message: JSON.stringify({
            default: JSON.stringify(message),
            email: text,
            sms: incidentTitle(message),
          }),
          MessageAttributes: {
            dedupKey: attribute(message.dedupKey),
            kind: attribute(message.incident.kind),
            severity: attribute(message.incident.severity),
            state: attribute(message.state),
          },
          ...(topicArn.endsWith(".fifo") ? fifo(message) : {}),
        }),
      ),
    );
  },
});

/** SNS takes a line of at most 100 printable ASCII characters, which does not begin with a blank. */
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const subjectOf = (title: string): string => `Moat ${title}`.replace(/[^ -~]/g, "?").slice(0, 100);

function fifo(message: IncidentMessage) {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  return {
    MessageGroupId: sha256(message.dedupKey),
    MessageDeduplicationId: sha256(`${message.dedupKey} ${message.openedAt} ${message.state}`),
  };
}
