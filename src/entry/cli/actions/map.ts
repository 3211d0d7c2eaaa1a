import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { extname } from "node:path";
import { serve } from "@hono/node-server";
import { flowLogSubscriptions } from "../../../adapters/aws/flow-log-subscriptions.ts";
import type { MapDraft } from "../../../app/map-databases.ts";
import { type MapHistory, readMapHistory } from "../../../app/map-history.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import { readUnseen } from "../../../app/read-unseen.ts";
import { fitForFile } from "../../../core/map/fit-for-file.ts";
import type { MapData } from "../../../core/map/map-data.ts";
import { EXPORTS, type MapExport, mapExport } from "../../../core/map/map-export.ts";
import { firstState } from "../../../core/map/map-state.ts";
import { type MapApp, mapApp } from "../../web/map-app.ts";
import { type Machine, servedHosts } from "../../web/served-hosts.ts";
import { singleFile, uiAssets } from "../../web/ui-assets.ts";
import type { CliContext } from "../context.ts";
import { type World, withWorld } from "../load.ts";
import { CliProblem } from "../problem.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { suggestionAnswers } from "../suggest/suggestion-answers.ts";
import { openHistory } from "../wire/history.ts";
import { openPolicy } from "../wire/policy-source.ts";
import { type MapAnswers, type MapReading, mapAnswers, readMap } from "./map-answers.ts";

export interface MapOptions extends SourceOptions {
  readonly out?: string;
  readonly draft?: string | true;
  readonly port: string;
  readonly host: string;
  /** Seconds between two looks for new flows, while a page follows. */
  readonly every: string;
}

/** Serves the map until it is stopped, saves it, or prints its data. */
export async function runMap(context: CliContext, options: MapOptions): Promise<void> {
  const settings = await readSettings(options);
  const run = async (world: World): Promise<void> => {
    const isServed = !settings.json && options.out === undefined;
    // What comes while the history is read the first time is found by the next look.
    if (isServed) await world.history?.look();
    const reading: MapReading = {
      history: (planned) => historyOf(context, settings, world, planned),
      draft: (planned) => draftOf(context, world, planned, options.draft),
    };
    const first = await readMap(await world.plan(), reading);
    const { data } = first;
    if (settings.json) context.out(JSON.stringify(data));
    else if (options.out !== undefined) await save(context, options.out, await exported(data, options.out));
    else await serveUntilStopped(context, options, answersOf(world, settings, { first, reading }, options));
  };
  // The map shows those who were refused, too.
  await withWorld(context, settings, run, {});
}

/** What is asked for by the map, and by the page of suggestions. */
function answersOf(
  world: World,
  settings: Settings,
  first: Parameters<typeof mapAnswers>[2],
  options: MapOptions,
): Pick<MapApp, (keyof MapAnswers & keyof MapApp) | "suggestions"> {
  const { planned, ...answers } = mapAnswers(world, settings, first, options);
  const { whatIf } = answers;
  return { ...answers, suggestions: suggestionAnswers({ world, settings, options, planned, whatIf }) };
}

/** The end of the name says what is wanted. */
async function exported(data: MapData, path: string): Promise<string> {
  const end = extname(path).slice(1).toLowerCase();
  if (end in EXPORTS) return mapExport(data, firstState(data), end as MapExport);
  if (end === "html" || end === "htm") return singleFile(await uiAssets(), JSON.stringify(fitForFile(data)));
  throw new CliProblem({
    code: "MAP_FORMAT_UNKNOWN",
    what: `"${path}" does not end in a format that the map can be saved in`,
    why: `There are html, ${Object.keys(EXPORTS).join(", ")}; a PNG is drawn by the page itself, under Export`,
    fix: "Give the file one of these ends, such as map.html",
  });
}

async function historyOf(
  context: CliContext,
  settings: Settings,
  { source, history: named }: World,
  { plan, inventory }: Planned,
): Promise<MapHistory | undefined> {
  if (named === undefined) return undefined;
  const history = await openHistory(settings, context, source.clients);
  try {
    const arns = plan.databases.map(({ arn }) => arn);
    const read = await readMapHistory(history, await named.read(), arns);
    if (source.clients === undefined) return read;
    const subscriptions = flowLogSubscriptions(source.clients);
    return { ...read, unseen: await readUnseen(subscriptions, inventory, settings.plan.owner) };
  } finally {
    await history.close();
  }
}

/** A draft over what the plan in force read of AWS and of the flow logs. */
async function draftOf(
  context: CliContext,
  world: World,
  { inventory }: Planned,
  draft: MapOptions["draft"],
): Promise<MapDraft | undefined> {
  if (draft === undefined) return undefined;
  if (draft === true) return { name: "PCE draft", planned: await world.plan("draft", inventory) };
  const edited = await openPolicy(draft, context.env, world.source);
  return { name: draft, planned: await world.planWith(await edited.read("active"), inventory) };
}

/** Bytes: a view with several hundred open groups names each of them. Node takes 16 kB by itself. */
const LONGEST_QUERY = 128 * 1024;

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

async function serveUntilStopped(
  context: CliContext,
  { host, port: wanted }: MapOptions,
  answers: ReturnType<typeof answersOf>,
): Promise<void> {
  const hosts = new Set<string>();
  const token = LOOPBACK.has(host) ? undefined : randomBytes(16).toString("hex");
  const app = mapApp({
    assets: await uiAssets(),
    ...answers,
    hosts,
    ...(token === undefined ? {} : { token }),
  });
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port: Number(wanted),
    serverOptions: { maxHeaderSize: LONGEST_QUERY },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => reject(notListening(host, wanted, error)));
  });
  const { port } = server.address() as AddressInfo;
  const { all, shown } = servedHosts(host, port, thisMachine());
  for (const each of all) hosts.add(each);
  context.out(`The map is at http://${shown}/${token === undefined ? "" : `?token=${token}`}`);
  context.progress("Stop it with Ctrl+C");
  await context.untilStopped();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

function thisMachine(): Machine {
  const found = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outer = found.filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0);
  return { hostname: hostname(), addresses: outer.map(({ address }) => address) };
}

const notListening = (host: string, port: string, error: NodeJS.ErrnoException): CliProblem =>
  new CliProblem({
    code: "MAP_NOT_SERVED",
    what: `Nothing can listen on ${host}, port ${port}: ${error.code ?? error.message}`,
    why: "The map is served from this machine",
    fix: "Choose another --port, or an address of this machine as --host",
  });

async function save(context: CliContext, path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "MAP_NOT_SAVED",
      what: `"${path}" cannot be written: ${error.code ?? error.message}`,
      why: "The map was to be saved there",
      fix: "Check the path",
    });
  });
  context.out(`The map is in ${path}`);
}
