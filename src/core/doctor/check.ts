import type { Diagnostic } from "../diagnostic.ts";
import type { Database } from "../inventory/model.ts";

/**
 * One thing that was looked at. `ok`: as it should be. `warning`: works, and somebody should know. `failed`: Moat cannot
 * do its work. `unknown`: it could not be found out.
 */
export type Check =
  | { readonly area: CheckArea; readonly status: "ok"; readonly what: string }
  | ({
      readonly area: CheckArea;
      readonly status: "warning" | "failed" | "unknown";
      /** Set where one database is concerned. */
      readonly database?: CheckedDatabase;
    } & Diagnostic);

export type CheckedDatabase = Pick<Database, "id" | "arn" | "kind">;

export type CheckArea = "aws" | "permissions" | "quotas" | "trail" | "policy" | "clock" | "flowLogs" | "mode";

export const good = (area: CheckArea, what: string): Check => ({ area, status: "ok", what });

export const bad = (
  area: CheckArea,
  status: "warning" | "failed" | "unknown",
  diagnostic: Diagnostic,
  database?: CheckedDatabase,
): Check => ({
  area,
  status,
  ...diagnostic,
  ...(database === undefined
    ? {}
    : { database: { id: database.id, arn: database.arn, kind: database.kind } }),
});
