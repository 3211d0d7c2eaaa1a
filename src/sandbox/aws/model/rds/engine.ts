/** Default ports by the first part of the engine's name. */
const DEFAULT_PORTS: readonly (readonly [prefix: string, port: number])[] = [
  ["custom-sqlserver", 1433],
  ["custom-oracle", 1521],
  ["aurora-postgresql", 5432],
  ["aurora", 3306],
  ["mysql", 3306],
  ["mariadb", 3306],
  ["postgres", 5432],
  ["oracle", 1521],
  ["sqlserver", 1433],
  ["db2", 50_000],
  ["docdb", 27_017],
  ["neptune", 8182],
];

const DEFAULT_VERSIONS: readonly (readonly [prefix: string, version: string])[] = [
  ["aurora-postgresql", "16.6"],
  ["aurora", "8.0.mysql_aurora.3.08.0"],
  ["mysql", "8.0.40"],
  ["mariadb", "11.4.4"],
  ["postgres", "16.6"],
  ["docdb", "5.0.0"],
  ["neptune", "1.3.2.1"],
  ["sqlserver", "16.00.4165.4.v1"],
];

/** The port an engine listens on unless told otherwise, 3306 for an engine not in the table. */
export function defaultPort(engine: string): number {
  return byPrefix(DEFAULT_PORTS, engine) ?? 3306;
}

/** A recent version of an engine, for databases that name none. */
export function defaultEngineVersion(engine: string): string {
  return byPrefix(DEFAULT_VERSIONS, engine) ?? "19.0.0.0";
}

/** RDS Custom lets nobody change its security groups through ModifyDBInstance. */
export function isCustomEngine(engine: string): boolean {
  return engine.startsWith("custom-");
}

/** Aurora, DocumentDB and Neptune share one volume; mysql and postgres in a cluster are Multi-AZ DB clusters. */
export function hasSharedStorage(engine: string): boolean {
  return /^(aurora|docdb|neptune)/.test(engine);
}

function byPrefix<T>(table: readonly (readonly [string, T])[], engine: string): T | undefined {
  return table.find(([prefix]) => engine.startsWith(prefix))?.[1];
}
