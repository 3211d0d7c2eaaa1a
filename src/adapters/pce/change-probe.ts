import { z } from "zod";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { changedCollections, type PolicyVersionName, VERSIONED } from "./changes.ts";
import { COLLECTION_NAMES, type CollectionName } from "./parse/collections.ts";
import { parsePolicyVersion } from "./parse/policy-version.ts";
import type { PceClient } from "./pce-client.ts";
import { faultOfShape } from "./pce-fault.ts";

/** A moment of a PCE, as plain data that may be stored. */
export interface ChangeToken {
  readonly policy: PolicyVersionName;
  /** The policy version in force. */
  readonly version: string;
  /** Events are looked at from here on, by the PCE's own clock (RFC 3339, UTC). */
  readonly since: string;
  /** Events from then on that were already there. `undefined` when the key may not read events. */
  readonly seen?: readonly string[];
}

/** A moment, and the answer to `GET sec_policy/active` that it was made from. */
export interface Moment {
  readonly token: ChangeToken;
  readonly secPolicy: unknown;
}

/** What changed between two moments. */
export interface Changes {
  readonly collections: readonly CollectionName[];
  /** One short line for each reason. */
  readonly why: readonly string[];
}

const Event = z.object({
  href: z.string().nullish(),
  event_type: z.string(),
  timestamp: z.string().nullish(),
  status: z.string().nullish(),
});
const Events = z.array(Event);
type PceEvent = z.infer<typeof Event>;

/** The most events that the PCE returns. */
const EVENTS_CAP = 10_000;
/** Enough to find the newest; if it is not among them, the first look afterwards sees a change too many. */
const NEWEST_EVENTS = 500;
/** Events may appear late and out of order, so each look goes so many milliseconds behind the newest. */
const OVERLAP = 120_000;
const BEFORE_ALL = "1970-01-01T00:00:00.000Z";

/** Looks at a PCE: two requests. */
export async function takeMoment(
  client: PceClient,
  policy: PolicyVersionName,
  signal?: AbortSignal,
): Promise<Moment> {
  const { version, secPolicy } = await readVersion(client, signal);
  const events = await readEvents(client, { max_results: `${NEWEST_EVENTS}` }, signal);
  return { secPolicy, token: nextToken({ policy, version, since: BEFORE_ALL }, events) };
}

/**
 * Looks at a PCE again: what changed since the token, and the moment to compare with next time. Two requests. Without
 * the right to read events only a new policy version shows.
 */
export async function changesSince(
  client: PceClient,
  before: ChangeToken,
  signal?: AbortSignal,
): Promise<Changes & { readonly moment: Moment }> {
  const { version, secPolicy } = await readVersion(client, signal);
  const query = { max_results: `${EVENTS_CAP}`, "timestamp[gte]": before.since };
  const events = await readEvents(client, query, signal);
  const parts = [...versionChange(before.version, version), ...eventChanges(before, events)];
  return {
    collections: COLLECTION_NAMES.filter((name) => parts.some((part) => part.names.includes(name))),
    why: [...new Set(parts.map((part) => part.why))],
    moment: { secPolicy, token: nextToken({ policy: before.policy, version, since: before.since }, events) },
  };
}

interface ChangePart {
  readonly names: readonly CollectionName[];
  readonly why: string;
}

function versionChange(before: string, now: string): readonly ChangePart[] {
  return before === now ? [] : [{ names: VERSIONED, why: `policy version ${before} became ${now}` }];
}

function eventChanges(before: ChangeToken, events: readonly PceEvent[] | undefined): readonly ChangePart[] {
  if (events === undefined || before.seen === undefined) return [];
  if (events.length >= EVENTS_CAP) {
    return [{ names: COLLECTION_NAMES, why: `more than ${EVENTS_CAP} events since ${before.since}` }];
  }
  const seen = new Set(before.seen);
  return events
    .filter((event) => event.status !== "failure" && !seen.has(eventKey(event)))
    .map((event) => ({ names: changedCollections(event.event_type, before.policy), why: event.event_type }))
    .filter((part) => part.names.length > 0);
}

/**
 * Moves the token on to the newest event. Only the clock that stamps events counts: ours, and that of a proxy before
 * the PCE, may be wrong.
 */
function nextToken(token: ChangeToken, events: readonly PceEvent[] | undefined): ChangeToken {
  if (events === undefined) return token;
  const times = events
    .map((event) => Date.parse(event.timestamp ?? ""))
    .filter((time) => !Number.isNaN(time));
  const newest = times.reduce((latest, time) => Math.max(latest, time), 0);
  const start = Math.max(Date.parse(token.since), newest - OVERLAP);
  const recent = events.filter((event) => !(Date.parse(event.timestamp ?? "") < start));
  return { ...token, since: new Date(start).toISOString(), seen: recent.map(eventKey) };
}

async function readVersion(client: PceClient, signal: AbortSignal | undefined) {
  const request = { method: "GET" as const, path: "sec_policy/active" };
  const answer = await client.request({ ...request, ...(signal === undefined ? {} : { signal }) });
  const version = parsePolicyVersion(answer.json);
  if (version === undefined) throw faultOfShape(client.asked(request), "a policy version");
  return { version, secPolicy: answer.json };
}

/** @returns `undefined` when the key has no right to events */
async function readEvents(
  client: PceClient,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<readonly PceEvent[] | undefined> {
  const request = { method: "GET" as const, path: `events?${new URLSearchParams(query)}` };
  try {
    const answer = await client.request({ ...request, ...(signal === undefined ? {} : { signal }) });
    const events = Events.safeParse(answer.json);
    if (!events.success) throw faultOfShape(client.asked(request), "a list of events");
    return events.data;
  } catch (error) {
    if (error instanceof PolicyFault && (error.kind === "denied" || error.kind === "notFound"))
      return undefined;
    throw error;
  }
}

function eventKey(event: PceEvent): string {
  return event.href ?? `${event.timestamp} ${event.event_type}`;
}
