import { z } from "zod";
import type { Incident } from "../../core/incident/incident.ts";
import type { BookEntry } from "../../core/incident/incident-book.ts";
import type { BookFormat } from "../../ports/notifier.ts";

const Entry = z.object({
  incident: z.object({
    kind: z.string(),
    severity: z.string(),
    database: z.object({ id: z.string(), arn: z.string() }).optional(),
    accountId: z.string().optional(),
    region: z.string().optional(),
    what: z.string(),
    why: z.string(),
    fix: z.string(),
    details: z.array(z.string()).optional(),
  }),
  openedAt: z.string(),
  resolvedAt: z.string().optional(),
  untold: z.array(z.string()),
  claimedAt: z.number(),
});
const Book = z.object({ version: z.literal(1), incidents: z.record(z.string(), Entry) });

/** A book of incidents as JSON: the same book is the same text. */
export const bookText: BookFormat = {
  write: (book) =>
    JSON.stringify({
      version: 1,
      incidents: Object.fromEntries(
        [...book]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, { incident, ...rest }]) => [key, { incident: withoutKey(incident), ...rest }]),
      ),
    }),
  read: (text) => {
    const parsed = Book.safeParse(jsonOf(text));
    if (!parsed.success) return new Map();
    return new Map(
      Object.entries(parsed.data.incidents).map(([key, entry]) => [
        key,
        // Absent fields stay absent: zod leaves them out.
        { ...entry, incident: { key, ...entry.incident } } as BookEntry,
      ]),
    );
  },
};

const withoutKey = ({ key: _, ...rest }: Incident): Omit<Incident, "key"> => rest;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
