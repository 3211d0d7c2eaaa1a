import type { Incident, IncidentMessage } from "./incident.ts";

/** One incident as it is remembered. */
export interface BookEntry {
  readonly incident: Incident;
  /** RFC 3339, UTC. */
  readonly openedAt: string;
  readonly resolvedAt?: string;
  /** Names of the channels that have not taken its last message. */
  readonly untold: readonly string[];
  /** Somebody began to tell it at this moment, in milliseconds since 1970. */
  readonly claimedAt: number;
}

/** Incidents that last, and those that ended but were not told everywhere, by key. */
export type IncidentBook = ReadonlyMap<string, BookEntry>;

/** What one look showed. */
export interface Look {
  /** True for incidents that this look would have shown: those, and no others, end when they are not there. */
  readonly covers: (incident: Incident) => boolean;
  /** What was wrong at its beginning; what was mended since, too. */
  readonly found: readonly Incident[];
  /** What is wrong at its end. */
  readonly left: readonly Incident[];
  readonly at: { readonly ms: number; readonly text: string };
  readonly channels: readonly string[];
  /** Keys that this run wrote down before it did anything: they are its own to tell. */
  readonly noted?: ReadonlySet<string>;
}

/** Whoever died while telling is stood in for after so long. */
const CLAIM_MS = 120_000;

/**
 * The book after a look, and the keys of what is to be told now. An incident that came and went within one look makes
 * one message, which says both.
 */
export function afterLook(
  book: IncidentBook,
  look: Look,
): { readonly book: IncidentBook; readonly tell: readonly string[] } {
  const { at, channels } = look;
  const opened = openedBy(book, look);
  const known = new Map([...book, ...opened]);
  const news = new Map([...opened, ...endedBy(known, look), ...leftOver(book, opened, look)]);
  const claimed = [...news].map(([key, entry]) => [key, { ...entry, claimedAt: at.ms }] as const);
  const kept = new Map([...known, ...claimed].filter(([, entry]) => !isOver(entry, channels)));
  return { book: kept, tell: [...news.keys()].filter((key) => kept.has(key)).sort() };
}

/**
 * The book before a run that mends something, and the keys of what is new: it is written down first, so that the death
 * of the run leaves an incident that a later look tells, and not one that nobody ever hears of.
 */
export function beforeMending(
  book: IncidentBook,
  look: Pick<Look, "found" | "at" | "channels">,
): { readonly book: IncidentBook; readonly noted: ReadonlySet<string> } {
  const opened = openedBy(book, { ...look, left: [] });
  return { book: new Map([...book, ...opened]), noted: new Set(opened.keys()) };
}

/** What was not there before, or had ended. */
function openedBy(
  book: IncidentBook,
  { found, left, at, channels, noted }: Pick<Look, "found" | "left" | "at" | "channels" | "noted">,
): IncidentBook {
  // What this run wrote down and is in the book no more, others have seen the end of, and told.
  const seen = [...found.filter(({ key }) => noted?.has(key) !== true), ...left];
  const isNew = ({ key }: Incident): boolean => {
    const known = book.get(key);
    return known === undefined || known.resolvedAt !== undefined;
  };
  const entryOf = (incident: Incident): BookEntry => ({
    incident,
    openedAt: at.text,
    untold: channels,
    claimedAt: at.ms,
  });
  return new Map(seen.filter(isNew).map((incident) => [incident.key, entryOf(incident)]));
}

/** What the look would have seen, and did not see any more at its end. */
function endedBy(known: IncidentBook, { left, covers, at, channels }: Look): IncidentBook {
  const lasting = new Set(left.map(({ key }) => key));
  return new Map(
    [...known]
      .filter(([key, e]) => e.resolvedAt === undefined && !lasting.has(key) && covers(e.incident))
      .map(([key, entry]) => [key, { ...entry, resolvedAt: at.text, untold: channels }]),
  );
}

/** Told not everywhere, by somebody who has had the time for it, or who asks now. What ends now is told as ended instead. */
function leftOver(book: IncidentBook, opened: IncidentBook, look: Look): IncidentBook {
  const { at, channels, noted } = look;
  const ended = endedBy(book, look);
  const isLeft = ([key, { untold, claimedAt }]: readonly [string, BookEntry]): boolean =>
    !opened.has(key) &&
    !ended.has(key) &&
    (noted?.has(key) === true || at.ms - claimedAt >= CLAIM_MS) &&
    untold.some((name) => channels.includes(name));
  return new Map([...book].filter(isLeft));
}

/** It ended, and no channel that is still there waits for it. */
const isOver = ({ resolvedAt, untold }: BookEntry, channels: readonly string[]): boolean =>
  resolvedAt !== undefined && !untold.some((name) => channels.includes(name));

/** The book once channels have taken messages, or not. */
export function afterTelling(
  book: IncidentBook,
  told: ReadonlyMap<string, ReadonlySet<string>>,
): IncidentBook {
  const next = new Map(
    [...book].map(([key, entry]) => {
      const by = told.get(key);
      return [
        key,
        by === undefined ? entry : { ...entry, untold: entry.untold.filter((n) => !by.has(n)) },
      ] as const;
    }),
  );
  return withoutDone(next);
}

/** What ended and was told is over. */
const withoutDone = (book: IncidentBook): IncidentBook =>
  new Map([...book].filter(([, entry]) => entry.resolvedAt === undefined || entry.untold.length > 0));

/** What is told of an entry. */
export function messageOf({ incident, openedAt, resolvedAt }: BookEntry, owner: string): IncidentMessage {
  const { key, ...rest } = incident;
  return {
    version: 1,
    kind: "incident",
    state: resolvedAt === undefined ? "open" : "resolved",
    dedupKey: `${owner} ${key}`,
    owner,
    openedAt,
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    incident: rest,
  };
}
