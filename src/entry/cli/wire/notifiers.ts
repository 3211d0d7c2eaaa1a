import { readFile } from "node:fs/promises";
import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { readSecret } from "../../../adapters/aws/secrets.ts";
import { eventBridgeNotifier } from "../../../adapters/notify/event-bridge-notifier.ts";
import { snsNotifier } from "../../../adapters/notify/sns-notifier.ts";
import { webhookNotifier } from "../../../adapters/notify/webhook-notifier.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Notifier } from "../../../ports/notifier.ts";
import type { Config } from "../config-schema.ts";
import { CliProblem } from "../problem.ts";

interface Behind {
  /** Absent where AWS is a folder of files. */
  readonly clients: AwsClients | undefined;
  readonly clock: Clock;
}

/** The channels that `moat.yaml` names. */
export function notifiersOf(
  notify: Config["notify"],
  env: NodeJS.ProcessEnv,
  { clients, clock }: Behind,
): readonly Notifier[] {
  const { eventBus, topic, webhook } = notify ?? {};
  const needed = (): AwsClients => {
    if (clients === undefined) throw noAws();
    return clients;
  };
  return [
    ...(eventBus === undefined ? [] : [eventBridgeNotifier(needed(), eventBus)]),
    ...(topic === undefined ? [] : [snsNotifier(needed(), topic)]),
    ...(webhook === undefined
      ? []
      : [webhookNotifier({ clock, url: () => secretText(webhook, env, needed) })]),
  ];
}

/** The text that a reference leads to: `env:NAME`, `file:PATH` or `secret:ID`. */
async function secretText(
  reference: string,
  env: NodeJS.ProcessEnv,
  clients: () => AwsClients,
): Promise<string> {
  const at = reference.indexOf(":");
  const name = reference.slice(at + 1);
  switch (reference.slice(0, at)) {
    case "env":
      return env[name] ?? "";
    case "file":
      return readFile(name, "utf8");
    default:
      return readSecret(clients(), name);
  }
}

const noAws = (): CliProblem =>
  new CliProblem({
    code: "NOTIFY_NEEDS_AWS",
    what: "notify names something in AWS, and AWS is a folder here",
    why: "A bus, a topic and a secret can be had from a live account only",
    fix: "Watch with --aws live, or name the webhook as env: or file:",
  });
