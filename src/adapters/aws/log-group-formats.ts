import { z } from "zod";
import { parseLogFormat } from "../../core/flow/log-format.ts";
import type { LogFormats, LogSource } from "../../core/flow/timed-text.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { FlowLogObject, FlowLogPart } from "../../ports/flow-log-objects.ts";
import { allPages } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { optional } from "./parse/shape.ts";

/** Formats that the flow logs of a log group have; `undefined` when that cannot be known. */
export type FormatsOf = (source: LogSource) => Promise<LogFormats | undefined>;

/** A flow log keeps its format for all its life; others may join its log group. */
const KNOWN_FOR_MS = 5 * 60_000;

const Shape = z.object({ ResourceId: z.string(), LogFormat: optional(z.string()) });
type Described = z.infer<typeof Shape>;

/**
 * Asks EC2 for the formats of the flow logs that write to a log group, once in five minutes each. Where one of them is
 * of the very interface that a stream is named after, only its format counts.
 *
 * @param denied told when EC2 refuses the question; the formats known by heart are all there is then
 * @throws AwsFault of any other kind: another try may tell
 */
export function logGroupFormats(
  clients: AwsClients,
  now: () => number,
  denied: (fault: AwsFault) => void,
): FormatsOf {
  const known = new Map<string, { readonly at: number; readonly logs: readonly Described[] | undefined }>();
  const read = async (logGroup: string): Promise<readonly Described[] | undefined> => {
    const before = known.get(logGroup);
    if (before !== undefined && now() - before.at < KNOWN_FOR_MS) return before.logs;
    const logs = await describedLogs(clients, logGroup).catch((error: unknown) => {
      if (!(error instanceof AwsFault) || error.kind !== "denied") throw error;
      denied(error);
      return undefined;
    });
    known.set(logGroup, { at: now(), logs });
    return logs;
  };
  return async ({ logGroup, logStream }) => {
    const logs = await read(logGroup);
    if (logs === undefined) return undefined;
    const own = logs.filter(({ ResourceId }) => logStream.startsWith(`${ResourceId}-`));
    const formats = (own.length > 0 ? own : logs).flatMap(({ LogFormat }) => {
      const format = parseLogFormat(LogFormat ?? "");
      return format.ok ? [format.value] : [];
    });
    return [...new Map(formats.map((fields) => [fields.join(" "), fields])).values()];
  };
}

async function describedLogs(clients: AwsClients, logGroup: string): Promise<readonly Described[]> {
  const { sdk, client } = await clients.ec2();
  const Filter = [{ Name: "log-group-name", Values: [logGroup] }];
  const rows = await allPages(
    "ec2:DescribeFlowLogs",
    () => sdk.paginateDescribeFlowLogs({ client, pageSize: 1000 }, { Filter }),
    (page) => page.FlowLogs,
  );
  return rows.flatMap((row) => Shape.safeParse(row).data ?? []);
}

/** The object, its log events with the formats that they may be in. */
export const withLogFormats = (object: FlowLogObject, formatsOf: FormatsOf): FlowLogObject => ({
  ...object,
  read: () => formatted(object, formatsOf),
});

async function* formatted(object: FlowLogObject, formatsOf: FormatsOf): AsyncGenerator<FlowLogPart> {
  for await (const part of object.read()) {
    const source = "source" in part ? part.source : undefined;
    const formats = source === undefined ? undefined : await formatsOf(source);
    yield formats === undefined || !("time" in part) ? part : { ...part, formats };
  }
}
