import type { IncidentMessage } from "../core/incident/incident.ts";
import type { IncidentBook } from "../core/incident/incident-book.ts";

/** A place where people or programs hear of incidents. */
export interface Notifier {
  /** Short, the same on every run: what was told is remembered by it. */
  readonly name: string;
  /**
   * Tells one message. Tries again by itself where that may help.
   *
   * @throws {@link AwsFault} or Error when it was not taken; the message holds no secret
   */
  notify(message: IncidentMessage): Promise<void>;
}

/** How a book of incidents is written down. */
export interface BookFormat {
  readonly write: (book: IncidentBook) => string;
  /** A text that makes no sense is an empty book: then some things are told twice. */
  readonly read: (text: string) => IncidentBook;
}
