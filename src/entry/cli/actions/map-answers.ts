import { policyTextSource } from "../../../adapters/file/policy-file/policy-file.ts";
import { explainAccess } from "../../../app/explain-access.ts";
import { mapData } from "../../../app/map-data.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import type { MapData } from "../../../core/map/map-data.ts";
import { PolicyFault } from "../../../ports/policy-fault.ts";
import type { MapApp, WhatIf, WhatIfAnswer } from "../../web/map-app.ts";
import { mapFeed } from "../../web/map-feed.ts";
import type { World } from "../load.ts";
import type { Settings } from "../settings.ts";

/** What the map's server is asked for. */
export type MapAnswers = Pick<MapApp, "data" | "explain" | "whatIf" | "feed">;

/** Seconds between two looks at the least: each one lists the flow logs. */
const SHORTEST = 1;

/** Answers from one plan, and from a new one whenever flow logs came. */
export function mapAnswers(
  world: World,
  { plan: { owner }, flows }: Settings,
  first: { readonly planned: Planned; readonly data: MapData },
  { every, draft }: { readonly every: string; readonly draft?: string | true },
): MapAnswers {
  let { planned } = first;
  let json = JSON.stringify(first.data);
  const look = async (): Promise<boolean> => {
    if ((await world.moreFlows()) === 0) return false;
    planned = await world.plan();
    json = JSON.stringify(mapData(planned));
    return true;
  };
  // Beside a draft named at the start the picture stands still: two policies would have to be read for each look.
  const follows = flows !== undefined && draft === undefined;
  return {
    data: async () => json,
    explain: async (source, database) => {
      const found = explainAccess(planned, { source, database, owner });
      return found.ok ? JSON.stringify(found.value) : undefined;
    },
    whatIf: (wanted) => judge(world, planned, wanted),
    ...(follows ? { feed: mapFeed(look, Math.max(SHORTEST, Number(every) || 30) * 1_000) } : {}),
  };
}

/** Compiles a draft over what is live and what was seen. Nothing is written, neither to a file nor to the PCE. */
async function judge(world: World, planned: Planned, wanted: WhatIf): Promise<WhatIfAnswer> {
  try {
    const json = JSON.stringify(mapData(planned, await draftOf(world, planned, wanted)));
    return { ok: true, json };
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    const problems =
      error.diagnostics.length > 0 ? error.diagnostics : [{ what: error.message, fix: error.fix }];
    return { ok: false, problems };
  }
}

async function draftOf(world: World, { inventory }: Planned, wanted: WhatIf) {
  if (wanted.kind === "pce") return { name: "PCE draft", planned: await world.plan("draft", inventory) };
  const policy = await policyTextSource(wanted.name, async () => wanted.text).read("active");
  return { name: wanted.name, planned: await world.planWith(policy, inventory) };
}
