import { formatUtc } from "../../core/flow/utc-time.ts";
import type { Incident } from "../../core/incident/incident.ts";
import {
  afterLook,
  afterTelling,
  type BookEntry,
  beforeMending,
  type IncidentBook,
  messageOf,
} from "../../core/incident/incident-book.ts";
import type { Clock } from "../../ports/clock.ts";
import type { BookFormat, Notifier } from "../../ports/notifier.ts";
import type { VersionedText } from "../../ports/versioned-text.ts";

/** What telling needs. */
export interface TellPorts {
  readonly owner: string;
  readonly clock: Clock;
  readonly notifiers: readonly Notifier[];
  /** Called for everything that could not be told or remembered. */
  readonly failed: (problem: {
    readonly channel: string;
    readonly key?: string;
    readonly error: unknown;
  }) => void;
}

/** Where a look remembers what was told, and what it saw. */
export interface Seen {
  readonly book: VersionedText;
  readonly format: BookFormat;
  readonly covers: (incident: Incident) => boolean;
  readonly found: readonly Incident[];
  readonly left: readonly Incident[];
  /** What {@link noteIncidents} wrote down for this run. */
  readonly noted?: ReadonlySet<string>;
}

/** Others that write at the same moment are let past so often. */
const TRIES = 5;
/** Messages of one look on one channel; the rest is told by later looks. */
const AT_ONCE = 50;

/**
 * Tells what began and what ended, each once on each channel. What is going to be told is written down first, so that
 * of several runs that see the same, one tells it. Never throws: what could not be told is reported, and told again by
 * a later look.
 *
 * @returns how many messages some channel did not take
 */
export async function tellIncidents(ports: TellPorts, seen: Seen): Promise<number> {
  if (ports.notifiers.length === 0) return 0;
  try {
    const { tell, book } = await claim(ports, seen);
    if (tell.length === 0) return 0;
    const entries = tell.flatMap((key) => {
      const entry = book.get(key);
      return entry === undefined ? [] : [{ key, entry }];
    });
    const told = new Map<string, Set<string>>();
    let missed = 0;
    for (const notifier of ports.notifiers) {
      const waiting = entries.filter(({ entry }) => entry.untold.includes(notifier.name));
      const took = await tellOn(notifier, waiting.slice(0, AT_ONCE), ports);
      for (const key of took) told.set(key, (told.get(key) ?? new Set()).add(notifier.name));
      missed += Math.min(waiting.length, AT_ONCE) - took.length;
    }
    await update(seen, (now) => afterTelling(now, told));
    return missed;
  } catch (error) {
    ports.failed({ channel: "memory of incidents", error });
    return 1;
  }
}

/**
 * Writes down what a run is about to mend, and tells nobody yet: the run tells it when it is over, or a later look when
 * the run died. Never throws: to mend is more urgent than to remember.
 *
 * @returns keys of what is new, for {@link tellIncidents}
 */
export async function noteIncidents(
  { notifiers, clock, failed }: TellPorts,
  seen: Pick<Seen, "book" | "format" | "found">,
): Promise<ReadonlySet<string>> {
  if (notifiers.length === 0 || seen.found.length === 0) return new Set();
  let noted: ReadonlySet<string> = new Set();
  try {
    await update(seen, (now) => {
      const before = beforeMending(now, { found: seen.found, ...momentAndChannels(clock, notifiers) });
      noted = before.noted;
      return before.book;
    });
    return noted;
  } catch (error) {
    failed({ channel: "memory of incidents", error });
    return new Set();
  }
}

function momentAndChannels(clock: Clock, notifiers: readonly Notifier[]) {
  const ms = clock.now();
  return { at: { ms, text: formatUtc(Math.floor(ms / 1000)) }, channels: notifiers.map(({ name }) => name) };
}

/** Tells on one channel. One that refuses is left alone: it would hold up the work. @returns keys of what it took */
async function tellOn(
  notifier: Notifier,
  entries: readonly { readonly key: string; readonly entry: BookEntry }[],
  { owner, failed }: TellPorts,
): Promise<readonly string[]> {
  const took: string[] = [];
  for (const { key, entry } of entries) {
    try {
      await notifier.notify(messageOf(entry, owner));
      took.push(key);
    } catch (error) {
      failed({ channel: notifier.name, key, error });
      return took;
    }
  }
  return took;
}

/** Writes down what is about to be told. */
async function claim({ clock, notifiers }: TellPorts, seen: Seen) {
  const now = momentAndChannels(clock, notifiers);
  let tell: readonly string[] = [];
  const book = await update(seen, (known) => {
    const after = afterLook(known, { ...seen, ...now });
    tell = after.tell;
    return after.book;
  });
  return { tell, book };
}

/** Changes the book, over whatever others have written meanwhile. @throws Error when they never let it through */
async function update(
  { book: store, format }: Pick<Seen, "book" | "format">,
  change: (book: IncidentBook) => IncidentBook,
): Promise<IncidentBook> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const known = await store.read();
    const next = change(known === undefined ? new Map() : format.read(known.text));
    const text = format.write(next);
    if (text === (known?.text ?? format.write(new Map()))) return next;
    if (await store.write(text, known?.version)) return next;
  }
  throw new Error(`The memory of incidents was written by others ${TRIES} times in a row`);
}
