import { labelsOf, type Planned } from "../../../app/plan-databases.ts";

/** A consumer that flow logs show at a database. */
export interface SeenConsumer {
  readonly database: string;
  readonly consumer: string;
  /** Empty for an address that no mapping rule labels. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly records: number;
  readonly rejected: boolean;
  readonly lastSeen?: string;
}

/** What flow logs show. */
export interface Seen {
  /** Busiest first. */
  readonly consumers: readonly SeenConsumer[];
  /** Ids of databases whose addresses are known: of the others flows tell nothing. */
  readonly databases: ReadonlySet<string>;
}

/** Who talked to which database. */
export function seenConsumers(planned: Planned): Seen {
  const labels = labelsOf(planned.index);
  const providers = new Map(planned.addresses.map((a) => [a.id, a]));
  const consumers = (planned.conversations ?? [])
    .flatMap((c): readonly SeenConsumer[] => {
      const { database, consumer, records, action, lastSeen } = c;
      if (database === undefined || providers.get(database)?.port !== c.port) return [];
      return [
        {
          database,
          consumer,
          labels: labels(consumer),
          records,
          rejected: action === "REJECT",
          ...(lastSeen === undefined ? {} : { lastSeen }),
        },
      ];
    })
    .toSorted((a, b) => b.records - a.records || (a.consumer < b.consumer ? -1 : 1));
  return { consumers, databases: new Set(providers.keys()) };
}
