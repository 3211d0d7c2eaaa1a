import type { AuditLine, AuditViolation } from "./audit-record.ts";

/**
 * Calls whose items need no mark: a binding and a provisioning make nothing that could carry one. A binding that is
 * removed has that of the objects it binds.
 */
const UNMARKED: readonly string[] = ["POST service_bindings", "POST sec_policy"];

/** S3: onboarding makes only what carries its mark, and changes or takes away only what carried it already. */
export function foreignItems({ number, onboarding }: AuditLine): readonly AuditViolation[] {
  if (onboarding === undefined || UNMARKED.includes(onboarding.action)) return [];
  const { action, items, mark } = onboarding;
  return items.flatMap((item) => {
    if (item.mark === mark) return [];
    const carried = item.mark === undefined || item.mark === "" ? "no mark" : `the mark ${item.mark}`;
    return [{ line: number, rule: "S3", what: `${action}: ${item.id} has ${carried}, not ${mark}` } as const];
  });
}
