import { randomBytes } from "node:crypto";
import { policyTextSource } from "../../../adapters/file/policy-file/policy-file.ts";
import { explainAccess } from "../../../app/explain-access.ts";
import { mapData } from "../../../app/map-data.ts";
import type { MapDraft } from "../../../app/map-databases.ts";
import type { MapHistory } from "../../../app/map-history.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import type { MapData } from "../../../core/map/map-data.ts";
import { workAhead } from "../../../core/map/work-ahead.ts";
import { PolicyFault } from "../../../ports/policy-fault.ts";
import type { MapApp, WhatIf, WhatIfAnswer } from "../../web/map-app.ts";
import { mapFeed } from "../../web/map-feed.ts";
import type { World } from "../load.ts";
import type { Settings } from "../settings.ts";

/** What the map's server is asked for. */
export interface MapAnswers extends Pick<MapApp, "data" | "explain" | "feed"> {
  readonly whatIf: (draft: WhatIf) => Promise<WhatIfAnswer>;
  /** The plan that is shown now. */
  readonly planned: () => Planned;
}

/** Seconds between two looks at the least: each one lists the flow logs. */
const SHORTEST = 1;
/** Drafts that are remembered, in memory only. */
const MOST_DRAFTS = 4;

/** What the map shows besides the plan; read again when there is something new. */
export interface MapReading {
  readonly history: (planned: Planned) => Promise<MapHistory | undefined>;
  /** The draft that was named at the start. */
  readonly draft: (planned: Planned) => Promise<MapDraft | undefined>;
}

/** A plan, and all that is beside it on the map. */
export interface MapRead {
  readonly planned: Planned;
  readonly history: MapHistory | undefined;
  readonly draft: MapDraft | undefined;
  readonly data: MapData;
}

/** Reads what is shown beside a plan. */
export async function readMap(planned: Planned, reading: MapReading): Promise<MapRead> {
  const [history, draft] = [await reading.history(planned), await reading.draft(planned)];
  return { planned, history, draft, data: mapData(planned, draft, history) };
}

/** A draft that somebody tries on the page, judged beside a plan. */
interface Tried {
  readonly wanted: WhatIf;
  beside: MapRead;
  draft: MapDraft;
  data: MapData;
}

/** Answers from one reading, and from a new one whenever flow logs came or the history grew. */
export function mapAnswers(
  world: World,
  { plan: { owner }, flows }: Settings,
  { first, reading }: { readonly first: MapRead; readonly reading: MapReading },
  { every }: { readonly every: string },
): MapAnswers {
  let now = first;
  let isBehind = false;
  const drafts = new Map<string, Tried>();
  workAhead(now.data, setImmediate);
  const look = async (): Promise<boolean> => {
    const [objects, older] = [await world.moreFlows(), await world.history?.look()];
    // What was found must not be forgotten when the plan cannot be made this time.
    isBehind ||= objects > 0 || older === true;
    if (!isBehind) return false;
    now = await readMap(await world.plan(), reading);
    isBehind = false;
    workAhead(now.data, setImmediate);
    return true;
  };
  const tried = async (id: string): Promise<Tried | undefined> => {
    const known = drafts.get(id);
    if (known === undefined || known.beside === now) return known;
    // New flows came: the draft is held against them, too.
    const beside = now;
    const draft = await draftOf(world, beside.planned, known.wanted);
    return Object.assign(known, { beside, draft, data: mapData(beside.planned, draft, beside.history) });
  };
  const whatIf = async (wanted: WhatIf): Promise<WhatIfAnswer> => {
    const judged = await judge(world, now, wanted);
    if (!("beside" in judged)) return judged;
    const id = randomBytes(8).toString("hex");
    drafts.set(id, judged);
    const [oldest] = drafts.keys();
    if (drafts.size > MOST_DRAFTS && oldest !== undefined) drafts.delete(oldest);
    return { ok: true, draft: id };
  };
  const follows = flows !== undefined || world.history !== undefined;
  return {
    data: async (id) => (id === undefined ? now.data : (await tried(id))?.data),
    explain: async (source, database, id) => {
      const draft = (id === undefined ? now.draft : (await tried(id))?.draft)?.planned;
      const question = { source, database, owner, ...(draft === undefined ? {} : { draft }) };
      const found = explainAccess(now.planned, question);
      return found.ok ? JSON.stringify(found.value) : undefined;
    },
    whatIf,
    planned: () => now.planned,
    ...(follows ? { feed: mapFeed(look, Math.max(SHORTEST, Number(every) || 30) * 1_000) } : {}),
  };
}

type Judged = Tried | Extract<WhatIfAnswer, { readonly ok: false }>;

/** Compiles a draft over what is live and what was seen. Nothing is written, neither to a file nor to the PCE. */
async function judge(world: World, beside: MapRead, wanted: WhatIf): Promise<Judged> {
  try {
    const draft = await draftOf(world, beside.planned, wanted);
    return { wanted, beside, draft, data: mapData(beside.planned, draft, beside.history) };
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    const problems =
      error.diagnostics.length > 0 ? error.diagnostics : [{ what: error.message, fix: error.fix }];
    return { ok: false, problems };
  }
}

async function draftOf(world: World, { inventory }: Planned, wanted: WhatIf): Promise<MapDraft> {
  if (wanted.kind === "pce") return { name: "PCE draft", planned: await world.plan("draft", inventory) };
  if (wanted.kind === "policy")
    return { name: wanted.name, planned: await world.planWith(wanted.policy, inventory) };
  const policy = await policyTextSource(wanted.name, async () => wanted.text).read("active");
  return { name: wanted.name, planned: await world.planWith(policy, inventory) };
}
