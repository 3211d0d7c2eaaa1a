import { callAws } from "../../../adapters/aws/aws-call.ts";
import { trafficUploadOf } from "../../../adapters/pce/pce-traffic-upload.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import { uploadFlows } from "../../../app/upload-flows.ts";
import type { Conversation } from "../../../core/flow/conversation.ts";
import { parseAddress } from "../../../core/net/address.ts";
import { contains } from "../../../core/net/address-set.ts";
import { table } from "../render/table.ts";
import type { Chapter } from "./chapter.ts";
import type { Stage } from "./stage.ts";
import { makePlan } from "./watched-run.ts";

/** The map in words: what happened, and what policy says of it; then the PCE gets it for its own map. */
export const whoTalks: Chapter = {
  key: "map",
  title: "Who talks to whom, and what policy says",
  run: async (stage) => {
    const planned = await makePlan(stage);
    const names = await machineNames(stage);
    const conversations = (planned.conversations ?? []).filter((c) => c.database !== undefined);
    const lines = conversations.map((c) => ({
      database: c.database ?? "",
      consumer: names.get(c.consumer) ?? c.consumer,
      address: c.consumer,
      action: c.action ?? "-",
      records: c.records,
      policyDecision: policyDecision(planned, c),
    }));
    for (const { id, port } of stage.company.databases) {
      stage.tell(`${stage.style.bold(id)}:${port} is used by`);
      stage.say(
        table(
          lines.filter((l) => l.database === id).map((l) => row(stage, l)),
          "    ",
        ),
      );
    }
    const receipt = await trafficUploadOf(stage.pce).upload(uploadFlows(conversations));
    stage.tell(
      `Told the PCE: ${receipt.sent} flows sent, ${receipt.received} received, ${receipt.failed} failed`,
    );
    stage.check(receipt.sent > 0 && receipt.failed === 0, "the PCE's own map shows them all");
    return { conversations: lines, upload: receipt };
  },
};

interface Line {
  readonly consumer: string;
  readonly address: string;
  readonly action: string;
  readonly policyDecision: "allowed" | "blocked";
}

function row({ style }: Stage, line: Line): readonly string[] {
  const mark = line.policyDecision === "allowed" ? style.green("allowed") : style.red("BLOCKED");
  return [line.consumer, line.address, line.action, `policy: ${mark}`];
}

/** What policy says of a conversation with a database: by address, as the rules will. */
function policyDecision(
  { plan, resolution }: Planned,
  { consumer, database }: Conversation,
): "allowed" | "blocked" {
  const arn = plan.databases.find((d) => d.id === database)?.arn ?? "";
  const address = parseAddress(consumer);
  const allowed = resolution.databases.get(arn)?.allowed;
  return address.ok && allowed !== undefined && contains(allowed, address.value) ? "allowed" : "blocked";
}

/** Names that people gave to machines, by private address. */
async function machineNames(stage: Stage): Promise<ReadonlyMap<string, string>> {
  const { sdk, client } = await stage.moat.clients.ec2();
  const answer = await callAws("ec2:DescribeInstances", () =>
    client.send(new sdk.DescribeInstancesCommand({})),
  );
  const instances = (answer.Reservations ?? []).flatMap((r) => r.Instances ?? []);
  return new Map(
    instances.flatMap(({ PrivateIpAddress, Tags }) => {
      const name = Tags?.find((t) => t.Key === "Name")?.Value;
      return PrivateIpAddress === undefined || name === undefined ? [] : [[PrivateIpAddress, name] as const];
    }),
  );
}
