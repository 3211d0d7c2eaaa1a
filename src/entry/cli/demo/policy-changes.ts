import { createRule, ensureLabel } from "../../../adapters/pce/pce-objects.ts";
import { provision } from "../../../adapters/pce/provision.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import type { Href } from "../../../core/policy/model.ts";
import { sourceText } from "../../../core/rule/rule-text.ts";
import type { Chapter } from "./chapter.ts";
import { client } from "./company-clients.ts";
import { admits } from "./connection-watch.ts";
import type { Stage } from "./stage.ts";
import { tally } from "./the-switch.ts";
import { makePlan, reconcileWatched, sayWatch } from "./watched-run.ts";

const RULE_SET = "orders production";

/** A new rule: first a draft that only previews see, then provisioned, and followed. */
export const policyChanges: Chapter = {
  key: "policyChange",
  title: "Policy changes in the PCE",
  run: async (stage) => {
    const reports = client(stage, "report-1", "orders");
    const before = admits(stage.aws, reports);
    const ruleSet = ruleSetOf(await makePlan(stage));
    const rule = await draftRule(stage, ruleSet);
    stage.tell(`A rule is drafted in "${RULE_SET}": reports read the orders database`);
    const active = addedSources(await makePlan(stage));
    const draft = addedSources(await makePlan(stage, "draft"));
    stage.check(
      active.length === 0 && draft.length === 1,
      `a draft changes nothing; moat plan --draft previews ${draft.join(", ")}`,
    );
    const version = await provision(stage.pce, [rule], "Reports read the orders database");
    stage.tell(`Provisioned as version ${version}`);
    const { watch, writes } = await reconcileWatched(stage);
    const after = admits(stage.aws, reports);
    stage.check(
      writes.length === 1 && writes[0] === "AuthorizeSecurityGroupIngress",
      `followed by exactly one write call: ${tally(writes) || "none"}`,
    );
    stage.check(
      !before && after,
      `report-1 at orders: ${before ? "admitted" : "refused"} before, ${after ? "admitted" : "refused"} after`,
    );
    sayWatch(stage, watch);
    return { version, writes, previewed: draft, reportBefore: before, reportAfter: after };
  },
};

function ruleSetOf({ index }: Planned): Href {
  const found = index.policy.ruleSets.find((r) => r.name === RULE_SET);
  if (found === undefined) throw new Error(`The PCE has no rule set "${RULE_SET}"`);
  return found.href;
}

async function draftRule({ pce }: Stage, ruleSet: Href): Promise<Href> {
  const label = async (key: string, value: string) => ({
    label: { href: await ensureLabel(pce, key, value) },
  });
  return createRule(pce, ruleSet, {
    enabled: true,
    description: "reports read the orders database",
    providers: [await label("role", "database")],
    consumers: [await label("role", "reporting"), await label("app", "finance"), await label("env", "prod")],
    ingress_services: [],
    resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
    unscoped_consumers: true,
  });
}

/** What a plan would authorise. */
const addedSources = ({ plan }: Planned): readonly string[] =>
  plan.databases.flatMap((d) =>
    d.steps.flatMap((s) => (s.action === "authorize" ? s.rules.map((r) => sourceText(r.source)) : [])),
  );
