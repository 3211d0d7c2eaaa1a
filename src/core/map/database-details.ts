import { type DatabaseTraffic, databaseTraffic } from "./database-traffic.ts";
import type { MapData, MapDatabase } from "./map-data.ts";

/** What is known of one database, and what flow logs show of it. */
export interface DatabaseDetails {
  readonly database: MapDatabase;
  readonly traffic: DatabaseTraffic;
}

/** Looked up when its panel opens; `undefined` when the map has no such database. */
export function databaseDetails(data: MapData, arn: string): DatabaseDetails | undefined {
  const at = data.databases.findIndex((each) => each.arn === arn);
  const database = data.databases[at];
  return database === undefined ? undefined : { database, traffic: databaseTraffic(data, at) };
}
