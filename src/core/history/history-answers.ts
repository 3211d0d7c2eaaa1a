/** One consumer of a database in the history. Times are seconds since 1970, UTC. */
export interface HistoryConsumer {
  readonly databaseArn: string;
  readonly databaseSide: string;
  readonly consumer: string;
  readonly provider: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly action?: string;
  readonly records: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** What one flow log delivered for one hour. Counts are lines, but for `objects` and `incomplete`, which are objects. */
export interface LogHour {
  readonly account: string;
  readonly region: string;
  readonly flowLog?: string;
  readonly hourStart: number;
  readonly objects: number;
  readonly records: number;
  readonly skipData: number;
  readonly malformed: number;
  readonly incomplete: number;
}

/** A flow log that told of a database. */
export interface DatabaseLog {
  readonly databaseArn: string;
  readonly account: string;
  readonly region: string;
  readonly flowLog?: string;
}
