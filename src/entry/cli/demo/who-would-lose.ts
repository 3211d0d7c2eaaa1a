import type { DatabasePlan, Refusal } from "../../../core/plan/plan.ts";
import { namesOf } from "../names.ts";
import { planText } from "../render/plan-text.ts";
import { problemText } from "../render/problem-text.ts";
import { counted, shortTime } from "../render/quantity.ts";
import type { Chapter } from "./chapter.ts";
import type { Stage } from "./stage.ts";
import { makePlan } from "./watched-run.ts";

/** The plan is refused because somebody would lose access; a person looks, and says that this is meant. */
export const whoWouldLose: Chapter = {
  key: "plan",
  title: "The plan, and who would lose access",
  run: async (stage) => {
    const refused = await planRefused(stage);
    const tokens = refused.map((r) => r.acknowledge);
    for (const token of tokens) stage.acknowledged.add(token);
    stage.tell("The scanner should not be there, and somebody says so: --acknowledge …");
    const planned = await makePlan(stage);
    const orders = planned.plan.databases.filter((d) => d.id === "orders");
    const text = planText(
      {
        ...planned.plan,
        findings: [],
        databases: orders.map((d) => ({ ...d, losesAccess: [], findings: [] })),
      },
      {
        style: stage.style,
        nameOf: namesOf(planned),
        verbose: false,
      },
    );
    stage.say(`\n${text.split("\n\nPlan:")[0] ?? ""}\n`);
    const steps = planned.plan.databases.map((d) => ({ id: d.id, steps: d.steps.length }));
    stage.check(
      planned.plan.databases.every((d) => d.refused.length === 0),
      `nothing stands in the way now: ${steps.map((d) => `${d.id} ${counted(d.steps, "step")}`).join(", ")}`,
    );
    return { refused, steps };
  },
};

interface Refused {
  readonly database: string;
  readonly gate: string;
  readonly acknowledge: string;
  readonly losesAccess: readonly string[];
}

async function planRefused(stage: Stage): Promise<readonly Refused[]> {
  const { plan } = await makePlan(stage);
  const refused = plan.databases.flatMap((database) =>
    database.refused.map((refusal) => sayRefusal(stage, database, refusal)),
  );
  stage.check(
    refused.length > 0 && refused.every((r) => r.gate === "losesAccess"),
    "nothing is done before somebody has looked",
  );
  return refused;
}

function sayRefusal({ say, style }: Stage, { id, losesAccess }: DatabasePlan, refusal: Refusal): Refused {
  say(problemText(refusal, `  ${style.red(`✗ ${id} refused (${refusal.gate}):`)}`, style));
  for (const { consumer, lastSeen = "", connection } of losesAccess) {
    const sessions = connection === "cut" ? "would die at once" : "would linger";
    say(`      ${consumer} was last seen ${shortTime(lastSeen)}; its open sessions ${sessions}`);
  }
  return {
    database: id,
    gate: refusal.gate,
    acknowledge: refusal.acknowledge ?? "",
    losesAccess: losesAccess.map((l) => l.consumer),
  };
}
