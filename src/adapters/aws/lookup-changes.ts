import type { ResourceChange } from "../../core/trail/resource-change.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { parseResourceChange } from "./parse/resource-change.ts";

/** Resources that one run asks about, so that a flood of drift does not take minutes. */
export const MOST_LOOKUPS = 20;
/** Newest events of one resource that are read; older ones hardly explain what is new. */
const EVENTS = 50;

/**
 * Asks the event history of CloudTrail what happened to some resources: the writes of the last ninety days, about
 * fifteen minutes behind. The clients' meter sees to it that there are not more look-ups than CloudTrail answers. Only groups and databases are asked about: CloudTrail does not index rules.
 *
 * @param resources ids of groups and rules, ARNs of databases, the most telling first
 * @throws AwsFault
 */
export async function lookUpChanges(
  clients: AwsClients,
  resources: readonly string[],
): Promise<readonly ResourceChange[]> {
  const names = [...new Set(resources.flatMap(resourceName))].slice(0, MOST_LOOKUPS);
  const changes: ResourceChange[] = [];
  for (const name of names) changes.push(...(await changesOf(clients, name)));
  return changes;
}

/** As CloudTrail names it: a group by its id, a database by its identifier. */
function resourceName(resource: string): readonly string[] {
  if (resource.startsWith("sg-")) return [resource];
  const id = /^arn:[^:]+:rds:[^:]*:[^:]*:(?:db|cluster):(.+)$/.exec(resource)?.[1];
  return id === undefined ? [] : [id];
}

async function changesOf(clients: AwsClients, name: string): Promise<readonly ResourceChange[]> {
  const { sdk, client } = await clients.cloudTrail();
  const { Events = [] } = await callAws("cloudtrail:LookupEvents", () =>
    client.send(
      new sdk.LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: name }],
        MaxResults: EVENTS,
      }),
    ),
  );
  return Events.flatMap(
    ({ CloudTrailEvent }) => parseResourceChange(jsonOf(CloudTrailEvent)) ?? [],
  ).reverse();
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
