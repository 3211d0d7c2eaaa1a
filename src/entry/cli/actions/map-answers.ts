import { randomBytes } from "node:crypto";
import { policyTextSource } from "../../../adapters/file/policy-file/policy-file.ts";
import { explainAccess } from "../../../app/explain-access.ts";
import { mapData } from "../../../app/map-data.ts";
import type { MapHistory } from "../../../app/map-history.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import type { MapData } from "../../../core/map/map-data.ts";
import { statesAhead } from "../../../core/map/states-ahead.ts";
import { trafficMap } from "../../../core/map/traffic-map.ts";
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

/** Answers from one plan, and from a new one whenever flow logs came. */
export function mapAnswers(
  world: World,
  { plan: { owner }, flows }: Settings,
  first: {
    readonly planned: Planned;
    readonly data: MapData;
    readonly history: MapHistory | undefined;
  },
  { every, draft }: { readonly every: string; readonly draft?: string | true },
): MapAnswers {
  const { history } = first;
  let { planned, data } = first;
  const drafts = new Map<string, { readonly wanted: WhatIf; of: Planned; data: MapData }>();
  workAhead(data);
  const look = async (): Promise<boolean> => {
    if ((await world.moreFlows()) === 0) return false;
    planned = await world.plan();
    data = mapData(planned, undefined, history);
    workAhead(data);
    return true;
  };
  const beside = async (id: string): Promise<MapData | undefined> => {
    const known = drafts.get(id);
    if (known === undefined || known.of === planned) return known?.data;
    // New flows came: the draft is held against them, too.
    known.of = planned;
    known.data = mapData(planned, await draftOf(world, planned, known.wanted), history);
    return known.data;
  };
  const whatIf = async (wanted: WhatIf): Promise<WhatIfAnswer> => {
    const judged = await judge(world, planned, wanted, history);
    if (!("data" in judged)) return judged;
    const id = randomBytes(8).toString("hex");
    drafts.set(id, { wanted, of: planned, data: judged.data });
    const [oldest] = drafts.keys();
    if (drafts.size > MOST_DRAFTS && oldest !== undefined) drafts.delete(oldest);
    return { ok: true, draft: id };
  };
  // Beside a draft named at the start the picture stands still: two policies would have to be read for each look.
  const follows = flows !== undefined && draft === undefined;
  return {
    data: async (id) => (id === undefined ? data : beside(id)),
    explain: async (source, database) => {
      const found = explainAccess(planned, { source, database, owner });
      return found.ok ? JSON.stringify(found.value) : undefined;
    },
    whatIf,
    planned: () => planned,
    ...(follows ? { feed: mapFeed(look, Math.max(SHORTEST, Number(every) || 30) * 1_000) } : {}),
  };
}

/** Works out what the first actions will ask for, piece by piece, between requests. */
function workAhead(data: MapData): void {
  const ahead = [...statesAhead(data)];
  const next = (): void => {
    const state = ahead.shift();
    if (state === undefined) return;
    trafficMap(data, state);
    setImmediate(next);
  };
  setImmediate(next);
}

type Judged = { readonly data: MapData } | Extract<WhatIfAnswer, { readonly ok: false }>;

/** Compiles a draft over what is live and what was seen. Nothing is written, neither to a file nor to the PCE. */
async function judge(
  world: World,
  planned: Planned,
  wanted: WhatIf,
  history: MapHistory | undefined,
): Promise<Judged> {
  try {
    return { data: mapData(planned, await draftOf(world, planned, wanted), history) };
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    const problems =
      error.diagnostics.length > 0 ? error.diagnostics : [{ what: error.message, fix: error.fix }];
    return { ok: false, problems };
  }
}

async function draftOf(world: World, { inventory }: Planned, wanted: WhatIf) {
  if (wanted.kind === "pce") return { name: "PCE draft", planned: await world.plan("draft", inventory) };
  if (wanted.kind === "policy")
    return { name: wanted.name, planned: await world.planWith(wanted.policy, inventory) };
  const policy = await policyTextSource(wanted.name, async () => wanted.text).read("active");
  return { name: wanted.name, planned: await world.planWith(policy, inventory) };
}
