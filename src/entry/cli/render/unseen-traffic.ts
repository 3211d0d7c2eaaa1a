import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { DatabasePlan, Plan } from "../../../core/plan/plan.ts";
import { grouped } from "./quantity.ts";

/** Databases that are named one by one. */
const NAMED = 3;

/**
 * Said once for all databases that are to be narrowed although nothing tells who uses them; `undefined` when there is
 * none. Each of them has the finding by itself, too.
 */
export function unseenTraffic({ databases }: Plan): Diagnostic | undefined {
  const unseen = databases.flatMap((database) => {
    const finding = database.findings.find(({ code }) => code === "NO_FLOW_HISTORY");
    return finding !== undefined && takesAway(database) ? [{ id: database.id, fix: finding.fix }] : [];
  });
  const [first] = unseen;
  if (first === undefined) return undefined;
  const more = unseen.length - NAMED;
  const names = unseen.slice(0, NAMED).map(({ id }) => `"${id}"`);
  return {
    code: "NO_FLOW_HISTORY",
    what: `Who would lose access is not known: nothing was read of the traffic of ${names.join(", ")}${more > 0 ? ` and ${grouped(more)} more` : ""}`,
    why: "A client that policy forgot is found in flow logs only, and is cut off without a word here",
    fix: first.fix,
  };
}

const takesAway = ({ mode, steps, attachedGroups }: DatabasePlan): boolean =>
  mode === "enforce" &&
  steps.some(
    (step) =>
      step.action === "revoke" ||
      (step.action === "setDatabaseGroups" && attachedGroups.some((id) => !step.groups.includes(id))),
  );
