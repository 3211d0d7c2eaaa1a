import type { Diagnostic } from "../diagnostic.ts";
import type { Database } from "./model.ts";
import { MODE_TAG } from "./ownership.ts";

/** `observe`: looked at, never written to. `enforce`: its owner consented to Moat keeping its groups. */
export type Mode = "observe" | "enforce";

/** Modes from the configuration: one for all, exceptions by database id. */
export interface ModeSettings {
  readonly default: Mode;
  readonly databases: Readonly<Record<string, Mode>>;
}

/**
 * The mode in force: the database's own tag, else the configuration, else `observe`. A tag with another word counts as
 * `observe` and is reported: a typing error must never start writes.
 */
export function databaseMode(
  database: Pick<Database, "id" | "tags">,
  settings: ModeSettings,
): { readonly mode: Mode; readonly problem?: Diagnostic } {
  const tag = database.tags[MODE_TAG];
  if (tag === "observe" || tag === "enforce") return { mode: tag };
  if (tag === undefined) return { mode: settings.databases[database.id] ?? settings.default };
  return {
    mode: "observe",
    problem: {
      code: "MODE_UNKNOWN",
      what: `Database "${database.id}" has the tag ${MODE_TAG}="${tag}"`,
      why: `The tag takes "observe" or "enforce"; any other word counts as "observe"`,
      fix: `Run "moat mode enforce ${database.id}" or "moat mode observe ${database.id}"`,
    },
  };
}
