import type { IncidentMessage } from "../../core/incident/incident.ts";
import { incidentText, incidentTitle } from "../../core/incident/incident-text.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Notifier } from "../../ports/notifier.ts";

const ATTEMPTS = 4;
const TIMEOUT_MS = 5_000;
const FIRST_WAIT_MS = 500;
/** A server that asks for more patience than this is asked again with the next look. */
const LONGEST_WAIT_MS = 10_000;
/** Slack cuts off texts of more than this. */
const LONGEST = 3_000;

export interface WebhookOptions {
  /** Gives the address, which is a secret: whoever knows it may post. Asked anew for each message. */
  readonly url: () => Promise<string>;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

/** Posts each message to an incoming webhook of Slack, or of a program that takes the same. */
export const webhookNotifier = (options: WebhookOptions): Notifier => ({
  name: "webhook",
  notify: async (message) => {
    const url = checkedUrl(await options.url());
    const body = JSON.stringify(payloadOf(message));
    for (let attempt = 1; ; attempt += 1) {
      const answer = await post(options.fetch ?? fetch, url, body);
      if (answer.kind === "taken") return;
      const waitMs = answer.waitMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (answer.kind === "refused" || attempt === ATTEMPTS || waitMs > LONGEST_WAIT_MS)
        throw new Error(`The webhook did not take a message: ${answer.why}`);
      await options.clock.sleep(waitMs);
    }
  },
});

type Answer =
  | { readonly kind: "taken" }
  | { readonly kind: "refused" | "busy"; readonly why: string; readonly waitMs?: number };

async function post(send: typeof fetch, url: string, body: string): Promise<Answer> {
  try {
    const answer = await send(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      // A redirect would send the message elsewhere.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (answer.ok) return { kind: "taken" };
    const why = `status ${answer.status}`;
    if (answer.status !== 429 && answer.status < 500) return { kind: "refused", why };
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    return { kind: "busy", why, ...(seconds >= 0 ? { waitMs: seconds * 1000 } : {}) };
  } catch (error) {
    // Texts of network errors name the address, and so the secret.
    return { kind: "busy", why: error instanceof Error ? error.name : "no connection" };
  }
}

/** @throws Error that does not repeat the address */
function checkedUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isLocal = url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url?.protocol !== "https:" && !isLocal)
    throw new Error("The webhook's address is not one that begins with https://");
  return url?.href ?? "";
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const payloadOf = (message: IncidentMessage) => ({
  text: `*${escaped(incidentTitle(message))}*\n${escaped(incidentText(message)).slice(0, LONGEST)}`,
});
