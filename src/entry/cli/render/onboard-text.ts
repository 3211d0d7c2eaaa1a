import type { OnboardPlan } from "../../../app/onboard.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Changes, LabelPair, PceChange } from "../../../core/onboard/pce-state.ts";
import type { SubscriptionPlan } from "../../../core/onboard/plan-subscriptions.ts";
import { problemText } from "./problem-text.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

export interface OnboardTextOptions {
  readonly direction: "on" | "off";
  /** Name of the PCE, where there is one. */
  readonly pce: string | undefined;
  readonly style: Style;
}

/** Objects of one kind that are listed; the others are counted. */
const LISTED = 12;

/** What onboarding would write, as a person reads it. */
export function onboardText(plan: OnboardPlan, { direction, pce, style }: OnboardTextOptions): string {
  const what = direction === "on" ? "Onboard" : "Offboard";
  const parts = [
    style.bold(`${what} ${counted(plan.databases.length, "database")}`),
    ...(plan.subscriptions === undefined ? [] : [subscriptionsText(plan.subscriptions, style)]),
    ...(plan.pce === undefined || pce === undefined ? [] : [pceText(plan.pce, pce, style)]),
    ...(plan.findings.length === 0 ? [] : [findingsText(plan.findings, style)]),
    ...(plan.refused === undefined ? [] : [problemText(plan.refused, style.red("✗ refused:"), style)]),
  ];
  return parts.join("\n\n");
}

/** One database of each kind of finding in full; a thousand of the same kind say no more. */
function findingsText(findings: readonly Diagnostic[], style: Style): string {
  return [...Map.groupBy(findings, ({ code }) => code).values()]
    .flatMap(([first, ...others]) => [
      ...(first === undefined ? [] : [problemText(first, style.yellow("!"), style)]),
      ...(others.length === 0 ? [] : [`  … and ${others.length} more like it; --json names them`]),
    ])
    .join("\n");
}

function subscriptionsText({ create, remove, kept }: SubscriptionPlan, style: Style): string {
  const rows = [
    ...create
      .slice(0, LISTED)
      .map(({ resourceId, databases }) => [style.green("+"), resourceId, `for ${databases.join(", ")}`]),
    ...remove
      .slice(0, LISTED)
      .map(({ flowLogId, resourceId, why }) => [style.red("-"), resourceId, `${flowLogId}: ${why}`]),
    ...kept
      .slice(0, LISTED)
      .map(({ resourceId, flowLogId, ours }) => [
        style.dim("="),
        resourceId,
        `seen by ${flowLogId}${ours ? "" : ", which is not ours"}`,
      ]),
  ];
  const title = `Flow logs: ${create.length} to make, ${remove.length} to delete, ${kept.length} as they are`;
  return [style.bold(title), table(rows, "  "), ...(create.length === 0 ? [] : [costText()])]
    .filter((part) => part !== "")
    .join("\n");
}

/**
 * A connection that lives a whole month makes two records a minute, of about 150 bytes in the rich format:
 * 2 × 43,200 × 150 = 13 MB. Delivery to S3 costs 0.25 USD a GB in us-east-1 for the first 10 TB a month:
 * https://aws.amazon.com/cloudwatch/pricing/ (vended logs).
 */
const costText = (): string =>
  wrap(
    "cost: at 0.25 USD a GB delivered to S3 (us-east-1), about 0.32 USD a month for each 100 connections that are always open, and the storage",
    "  ",
  );

function pceText(change: PceChange, pce: string, style: Style): string {
  const { labels, workloads, services, bindings, provision, idleLabels } = change;
  const rows = [
    ...row(style.green("+"), "labels", labels.map(labelText)),
    ...changeRows(workloads, "workload", style),
    ...changeRows(services, "virtual service", style),
    ...(provision.length === 0
      ? []
      : [[style.yellow("~"), counted(provision.length, "draft"), "to provision"]]),
    ...(bindings.create.length === 0
      ? []
      : [[style.green("+"), counted(bindings.create.length, "binding"), "of virtual service and workload"]]),
    ...(bindings.remove.length === 0
      ? []
      : [[style.red("-"), counted(bindings.remove.length, "binding"), ""]]),
    ...(idleLabels.length === 0
      ? []
      : [[style.red("-"), counted(idleLabels.length, "label"), "that nothing carries"]]),
  ];
  const title = style.bold(pce);
  return rows.length === 0 ? `${title}\n  nothing to write` : `${title}\n${table(rows, "  ")}`;
}

function changeRows(
  { create, update, remove }: Changes<{ readonly name: string; readonly labels: readonly LabelPair[] }>,
  noun: string,
  style: Style,
): readonly (readonly string[])[] {
  const told = ({ name, labels }: { name: string; labels: readonly LabelPair[] }): string =>
    `${name}: ${labels.map(labelText).join(" ")}`;
  return [
    ...row(style.green("+"), noun, create.map(told)),
    ...row(style.yellow("~"), noun, update.map(told)),
    ...row(style.red("-"), noun, remove),
  ];
}

function row(mark: string, noun: string, things: readonly string[]): readonly (readonly string[])[] {
  const rest = things.length - LISTED;
  return [
    ...things.slice(0, LISTED).map((thing) => [mark, noun.replace(/s$/, ""), thing]),
    ...(rest > 0 ? [[mark, noun, `… and ${rest} more`]] : []),
  ];
}

const labelText = ({ key, value }: LabelPair): string => `${key}=${value}`;
