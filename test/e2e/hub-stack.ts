import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { DescribeVpcsCommand, EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";

const TEMPLATES = join(import.meta.dirname, "../golden/templates");

/** The VPC that an emulator has from the beginning. */
export async function defaultVpc(config: EC2ClientConfig): Promise<string> {
  const client = new EC2Client(config);
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
  client.destroy();
  const id = Vpcs[0]?.VpcId;
  if (id === undefined) throw new Error("There is no VPC");
  return id;
}

/** As much of a template as the tests look at. */
export interface TemplateText {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

/** What came of a template. */
export interface Deployed {
  readonly status: string;
  /** What the emulator says of resources that it could not make. */
  readonly failures: readonly string[];
  /** Physical ids by logical id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Physical id of the one resource of this type whose logical id begins like this. */
  id(type: string, prefix: string): string;
}

/** A template as it is released. */
export const templateOf = (name: string): TemplateText =>
  JSON.parse(readFileSync(join(TEMPLATES, `${name}.json`), "utf8")) as TemplateText;

/** The same without resources of some types, or of some names up to their digest, and without waiting for them. */
export function without(template: TemplateText, gone: readonly string[]): TemplateText {
  const kept = Object.entries(template.Resources).filter(
    ([name, { Type }]) => !gone.includes(Type) && !gone.includes(name.slice(0, -8)),
  );
  const names = new Set(kept.map(([name]) => name));
  const Resources = Object.fromEntries(
    kept.map(([name, { DependsOn = [], ...resource }]) => {
      const waits = [DependsOn].flat().filter((other) => names.has(other));
      return [name, { ...resource, ...(waits.length === 0 ? {} : { DependsOn: waits }) }];
    }),
  );
  return { ...template, Resources };
}

/** Deploys a template and waits until that is over. @throws whatever CloudFormation answers at once */
export async function deploy(
  client: CloudFormationClient,
  name: string,
  template: TemplateText,
  parameters: Readonly<Record<string, string>>,
): Promise<Deployed> {
  await client.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: JSON.stringify(template),
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  const status = await untilSettled(client, name);
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: name }));
  const ids = new Map(
    StackResources.map((r) => [r.LogicalResourceId ?? "", r.PhysicalResourceId ?? ""] as const),
  );
  return {
    status,
    failures: StackEvents.filter(({ ResourceStatus = "" }) => ResourceStatus.includes("FAILED")).map(
      (event) => `${event.LogicalResourceId} ${event.ResourceType}: ${event.ResourceStatusReason}`,
    ),
    ids,
    id: (type, prefix) => {
      const found = StackResources.filter(
        (r) => r.ResourceType === type && r.LogicalResourceId?.startsWith(prefix),
      );
      const shortest = found.toSorted(byLength)[0]?.PhysicalResourceId;
      if (shortest === undefined) throw new Error(`${name} has no ${type} ${prefix}…`);
      return shortest;
    },
  };
}

const byLength = (a: { LogicalResourceId?: string | undefined }, b: typeof a): number =>
  (a.LogicalResourceId?.length ?? 0) - (b.LogicalResourceId?.length ?? 0);

async function untilSettled(client: CloudFormationClient, name: string): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  for (;;) {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const status = Stacks[0]?.StackStatus ?? "none";
    if (!status.endsWith("IN_PROGRESS")) return status;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
