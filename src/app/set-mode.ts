import type { Mode } from "../core/inventory/mode.ts";
import type { Inventory } from "../core/inventory/model.ts";
import { MODE_TAG } from "../core/inventory/ownership.ts";
import { applyDatabase } from "./apply-database.ts";
import type { DatabaseOutcome } from "./apply-outcome.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { type DatabaseNotFound, findDatabase } from "./find-database.ts";
import { bareStart } from "./run-start.ts";

export type ModeReport =
  | { readonly kind: "done"; readonly before: string | undefined; readonly outcome: DatabaseOutcome }
  | DatabaseNotFound;

/** Writes a database's mode tag: the consent of its owner, or its withdrawal. Groups stay as they are. */
export async function setMode(
  ports: ApplyPorts,
  inventory: Inventory,
  name: string,
  mode: Mode,
): Promise<ModeReport> {
  const found = findDatabase(inventory, name);
  if (found.kind === "notFound") return found;
  const { id, arn, kind, tags } = found.database;
  const before = tags[MODE_TAG];
  const step = {
    action: "tag",
    database: arn,
    tags: { [MODE_TAG]: mode },
    why: `Somebody asked for mode "${mode}"`,
  } as const;
  const steps = before === mode ? [] : [step];
  const outcome = await applyDatabase(ports, {
    id,
    arn,
    kind,
    managedGroups: [],
    attachedGroups: [],
    rules: [],
    steps,
    basis: "",
    start: bareStart("mode", before ?? ""),
  });
  return { kind: "done", before, outcome };
}
