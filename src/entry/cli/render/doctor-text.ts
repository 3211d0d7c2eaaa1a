import type { Check, CheckArea } from "../../../core/doctor/check.ts";
import { problemText } from "./problem-text.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const AREAS: Readonly<Record<CheckArea, string>> = {
  aws: "AWS",
  permissions: "Permissions",
  trail: "Trail",
  flowLogs: "Flow logs",
  quotas: "Quotas",
  mode: "Modes",
  policy: "Policy",
  clock: "Clock",
};

/** What was found, area by area, and a count at the end. */
export function doctorText(checks: readonly Check[], style: Style): string {
  const parts = Object.entries(AREAS).flatMap(([area, name]) => {
    const found = checks.filter((check) => check.area === area);
    return found.length === 0
      ? []
      : [[style.bold(name), ...found.map((each) => checkText(each, style))].join("\n")];
  });
  return [...parts, summary(checks, style)].join("\n\n");
}

function checkText(check: Check, style: Style): string {
  switch (check.status) {
    case "ok":
      return table([[style.green("✓"), check.what]], "  ");
    case "warning":
      return problemText(check, `  ${style.yellow("!")}`, style);
    case "failed":
      return problemText(check, `  ${style.red("✗")}`, style);
    case "unknown":
      return problemText(check, `  ${style.yellow("?")}`, style);
  }
}

function summary(checks: readonly Check[], style: Style): string {
  const of = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  const failed = of("failed");
  const said = `${of("ok")} in order, ${counted(of("warning") + of("unknown"), "warning")}, ${failed} failed`;
  return failed > 0 ? style.red(`✗ ${said}`) : style.green(`✓ ${said}`);
}
