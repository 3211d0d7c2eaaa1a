import type { Verification } from "../../../core/verify/verify-plan.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { wrap } from "./table.ts";

/** What the second reading of a plan found. */
export function verificationText({ steps, violations }: Verification, style: Style): string {
  if (violations.length === 0)
    return style.green(`Verified: ${counted(steps, "step")}, each cuts nobody and lets nobody in`);
  return [
    style.red(`NOT SOUND: ${counted(violations.length, "violation")} in ${counted(steps, "step")}`),
    ...violations.map(({ database, step, what }) => wrap(`✗ ${database}, step ${step}: ${what}`, "  ")),
    wrap("This is a bug of Moat: do not apply the plan, and report it with what moat snapshot writes", "  "),
  ].join("\n");
}
