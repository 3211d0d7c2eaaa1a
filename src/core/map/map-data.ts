/** What policy says of a connection, in Illumio's words. */
export type PolicyDecision = "allowed" | "potentially_blocked" | "blocked" | "unknown";

/** In the order of the numbers in which {@link MapLinks} holds them. */
export const DECISIONS: readonly PolicyDecision[] = ["allowed", "potentially_blocked", "blocked", "unknown"];

/** Label key to value; several values of one key are joined with `|`. */
export type MapLabels = Readonly<Record<string, string>>;

/** A database as the map shows it. Counts of addresses are text: IPv6 ranges hold more than a number can count. */
export interface MapDatabase {
  readonly id: string;
  readonly arn: string;
  readonly kind: string;
  readonly engine: string;
  readonly port?: number;
  readonly mode: "observe" | "enforce";
  readonly inSync: boolean;
  readonly labels: MapLabels;
  readonly accountId: string;
  readonly region: string;
  readonly reachable: {
    readonly now: string;
    /** Peers of attached groups whose addresses are not known add to `now`. */
    readonly nowUnknown: boolean;
    readonly planned: string;
    readonly draft?: string;
  };
  readonly quota: { readonly used: number; readonly limit: number };
  /** Absent when no history of flow logs was given. */
  readonly coverage?: MapCoverage;
  /** Each in one sentence. */
  readonly drift: readonly string[];
  readonly steps: readonly string[];
  readonly refused: readonly string[];
  /** Who was seen and is not let in once the plan is carried out, and what becomes of what is open then. */
  readonly losesAccess: readonly { readonly consumer: string; readonly connection: "lingers" | "cut" }[];
  readonly findings: readonly string[];
}

/** How much of a database's traffic the history can have seen. */
export interface MapCoverage {
  /** Hours for which a flow log of the database delivered something, of those it should have. */
  readonly present: number;
  readonly expected: number;
  /** Stretches of hours without a log, the latest first and a few only: seconds since 1970, UTC, the end not included. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** Objects of its flow logs, of those that they deliver in most hours. */
  readonly objects: { readonly present: number; readonly expected: number };
  /** Intervals of which AWS lost records. */
  readonly skipData: number;
  /** Conversations with it, and those whose consumer has a label. */
  readonly conversations: number;
  readonly labelled: number;
  /** Interfaces of it that no flow log sees; absent where that is not known. */
  readonly unseen?: readonly string[];
  /** Kinds of hours of which at least one is there. */
  readonly seen: readonly string[];
}

/** Somebody policy knows by labels. */
export interface MapWorkload {
  readonly name: string;
  readonly labels: MapLabels;
}

/** One address that opens connections, or a range that policy lets in without a workload behind it. */
export interface MapConsumer {
  /** An address, or a CIDR for a range. */
  readonly address: string;
  /** Position in `workloads`; absent when policy knows nobody there. */
  readonly workload?: number;
  /** Name of the IP list it lies in, where no workload is known. */
  readonly ipList?: string;
}

/**
 * Links between one consumer and one database's port, in columns of equal length: entry i of each is link i. `first`
 * and `last` are seconds since 1970, UTC, and 0 where the logs carry no time or nothing was seen.
 */
export interface MapLinks {
  /** Positions in `consumers` and `databases`. */
  readonly consumer: readonly number[];
  readonly database: readonly number[];
  readonly port: readonly number[];
  /** Flow-log records. Both 0: policy allows it, and it was never seen. */
  readonly accepted: readonly number[];
  readonly rejected: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Positions in {@link DECISIONS}: by the policy in force, and by the draft where there is one. */
  readonly reported: readonly number[];
  readonly draft?: readonly number[];
}

/** Everything that the map is drawn from; `moat map --json` prints it. */
export interface MapData {
  readonly version: 1;
  readonly kind: "map";
  readonly policy: { readonly source: string; readonly version: string };
  readonly draft?: { readonly name: string; readonly version: string };
  /** Whether flow logs were read at all. */
  readonly observed: boolean;
  readonly labelKeys: readonly string[];
  readonly databases: readonly MapDatabase[];
  readonly workloads: readonly MapWorkload[];
  readonly consumers: readonly MapConsumer[];
  readonly links: MapLinks;
  /** What is left out and why, each in one sentence. */
  readonly notes: readonly string[];
}
