import { randomUUID } from "node:crypto";
import { objectDigest } from "../../../adapters/history/object-digest.ts";
import { createPceClient, type PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import { trafficUploadOf } from "../../../adapters/pce/pce-traffic-upload.ts";
import { ledgerName, uploadLedger } from "../../../adapters/pce/upload-ledger.ts";
import { readTraffic, type Traffic } from "../../../app/read-traffic.ts";
import { tendUploads } from "../../../app/tend-uploads.ts";
import { windowFlows } from "../../../app/upload-flows.ts";
import { type UploadPorts, uploadTraffic, type WindowFlows } from "../../../app/upload-traffic.ts";
import { type DatabaseAddress, databaseAddresses } from "../../../core/inventory/database-addresses.ts";
import { flowKey, type UploadFlow } from "../../../core/upload/upload-flow.ts";
import type { FlowLogObject } from "../../../ports/flow-log-objects.ts";
import type { VersionedTexts } from "../../../ports/versioned-text.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { problemText } from "../render/problem-text.ts";
import { type ToldUpload, uploadDocument, uploadText } from "../render/upload-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { clientsFor, openFlows } from "../wire/flow-sources.ts";
import { pceOptions } from "../wire/policy-source.ts";
import { type FlowOptions, noFlows } from "./flows.ts";

/** As long as a history lasts by default. */
const KEEP_DAYS = 400;

/** Tells the PCE of the conversations in flow logs. Exit code 1 when some of them were not, or nobody knows. */
export async function runUpload(
  context: CliContext,
  sources: readonly string[],
  options: FlowOptions & { readonly upload: string },
): Promise<void> {
  const named = [...sources, ...(options.flows ?? [])];
  const settings = await readSettings(named.length > 0 ? { ...options, flows: named } : options);
  if (settings.flows === undefined) throw noFlows();
  refuseFilters(options);
  const source = await databasesOf(context, settings, options);
  try {
    const clients = clientsFor(context, settings.region, source?.clients);
    const pce = await pceOf(context, settings, source);
    const ports: UploadPorts = {
      to: trafficUploadOf(createPceClient(pce)),
      ledger: uploadLedger(await openTexts(options.upload, pce, clients)),
      clock: context.clock,
      newId: randomUUID,
    };
    const read = await readWindows(context, settings, source?.addresses ?? [], clients, options);
    const upload = { keepDays: KEEP_DAYS, resendUnsure: options.resendUnsure === true };
    const { figures, problem } = await uploadTraffic(ports, upload, read.windows);
    await tendUploads(ports, KEEP_DAYS);
    const told = { pce: pce.url, ledger: ports.ledger.name, figures, objects: read.objects };
    const asJson = settings.json || options.output === "json";
    show(context, asJson, told, problem === undefined ? read.findings : [...read.findings, problem]);
    const lacking = figures.failed + figures.unsure + figures.inDoubt + read.incomplete.length;
    if (problem !== undefined || lacking > 0) context.exit(1);
  } finally {
    await source?.close();
  }
}

function show(context: CliContext, asJson: boolean, told: ToldUpload, findings: Traffic["findings"]): void {
  context.out(asJson ? JSON.stringify(uploadDocument(told, findings), null, 2) : uploadText(told));
  if (asJson) return;
  for (const finding of findings) context.progress(problemText(finding, "!", context.progressStyle));
}

/** What chooses among conversations would leave a window half told. */
function refuseFilters(options: FlowOptions): void {
  const given = (["database", "consumer", "action", "verdict", "since", "until", "follow"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (given.length === 0) return;
  throw new CliProblem({
    code: "UPLOAD_FILTERED",
    what: `--upload tells of whole flow logs, so that --${given[0]} has no place beside it`,
    why: "The ledger remembers hours; the PCE's own map has filters",
    fix: `Leave --${given[0]} out, or name fewer flow logs`,
  });
}

interface Databases extends Pick<AwsSource, "clients" | "sandbox" | "close"> {
  readonly addresses: readonly DatabaseAddress[];
}

/** Where databases answer, which tells who called whom where a log has no TCP flags; only if an AWS was named. */
async function databasesOf(
  { env }: CliContext,
  settings: Settings,
  options: FlowOptions,
): Promise<Databases | undefined> {
  if ((options.aws ?? settings.config.aws) === undefined) return undefined;
  const source = await openAws(settings.aws, settings.region, env, settings.config.callPercent);
  const inventory = await source.inventory.read();
  return { ...source, addresses: databaseAddresses(inventory, settings.plan.owner, new Map()) };
}

async function pceOf(
  { env }: CliContext,
  { policy }: Settings,
  source: Databases | undefined,
): Promise<PceClientOptions> {
  if (policy === undefined && source?.sandbox !== undefined) return source.sandbox.pce;
  if (policy !== undefined && /^https?:\/\//.test(policy)) return pceOptions(policy, env, source?.clients);
  throw new CliProblem({
    code: "UPLOAD_WITHOUT_PCE",
    what: policy === undefined ? "No PCE was named" : `--policy "${policy}" is no PCE`,
    why: "Only a live PCE takes flows",
    fix: 'Give its URL: --policy "https://pce.example.com:8443"',
  });
}

async function openTexts(
  place: string,
  { url, org }: PceClientOptions,
  clients: ReturnType<typeof clientsFor>,
): Promise<VersionedTexts> {
  const name = ledgerName(url, org);
  if (!place.startsWith("s3://")) {
    const { fileTexts } = await import("../../../adapters/file/file-texts.ts");
    return fileTexts(`${place}/${name}`);
  }
  const { parseS3Uri } = await import("../../../adapters/aws/s3-uri.ts");
  const uri = parseS3Uri(place);
  if (!uri.ok) throw new CliProblem(uri.error);
  const { s3Texts } = await import("../../../adapters/aws/s3-texts.ts");
  const { bucket, prefix } = uri.value;
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return s3Texts(await clients(), { bucket, prefix: `${folder}${name}` });
}

interface ReadWindows extends Pick<Traffic, "findings" | "incomplete"> {
  readonly windows: readonly WindowFlows[];
  readonly objects: number;
}

/** Reads the flow logs one by one; what stays of each is its flows. */
async function readWindows(
  context: CliContext,
  { flows = [], flowFormats }: Settings,
  addresses: readonly DatabaseAddress[],
  clients: ReturnType<typeof clientsFor>,
  { withRejected = false }: FlowOptions,
): Promise<ReadWindows> {
  const windows = new Map<string, Map<string, UploadFlow>>();
  const findings: Traffic["findings"][number][] = [];
  const incomplete: string[] = [];
  let objects = 0;
  for await (const object of openFlows(flows, context, clients, undefined, flowFormats).list()) {
    const traffic = await readTraffic({ list: () => only(object) });
    findings.push(...traffic.findings);
    incomplete.push(...traffic.incomplete);
    objects += 1;
    if (objects % 100 === 0) context.progress(context.progressStyle.dim(`… ${objects} flow-log objects`));
    const read = await windowFlows([{ object, traffic }], addresses, objectDigest, {
      rejected: withRejected,
    });
    for (const { window, flows: some } of read) {
      const all = windows.get(window) ?? new Map<string, UploadFlow>();
      for (const flow of some) all.set(flowKey(flow), flow);
      windows.set(window, all);
    }
  }
  const inOrder = [...windows].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    windows: inOrder.map(([window, some]) => ({ window, flows: [...some.values()] })),
    findings: [...new Map(findings.map((f) => [`${f.code} ${f.what}`, f])).values()],
    incomplete,
    objects,
  };
}

async function* only(object: FlowLogObject): AsyncGenerator<FlowLogObject> {
  yield object;
}
