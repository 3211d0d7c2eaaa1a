import type { CliContext } from "../context.ts";
import { grouped } from "../render/quantity.ts";
import { PLAIN } from "../render/style.ts";
import type { Chapter, Facts } from "./chapter.ts";
import { detachedByHand } from "./detached-by-hand.ts";
import { nothingToDo } from "./nothing-to-do.ts";
import { policyChanges } from "./policy-changes.ts";
import { ruleByHand } from "./rule-by-hand.ts";
import { openStage, type Stage } from "./stage.ts";
import { type SavedMap, theMap } from "./the-map.ts";
import { theSwitch } from "./the-switch.ts";
import { theWayBack } from "./the-way-back.ts";
import { trafficArrives } from "./traffic-arrives.ts";
import { whoTalks } from "./who-talks.ts";
import { whoWouldLose } from "./who-would-lose.ts";

const CHAPTERS: readonly Chapter[] = [
  trafficArrives,
  whoTalks,
  whoWouldLose,
  theSwitch,
  nothingToDo,
  policyChanges,
  ruleByHand,
  detachedByHand,
  theWayBack,
];

/** How the story is told. */
export interface DemoOptions {
  readonly json: boolean;
  /** Whether a browser may show the map at the end. */
  readonly open: boolean;
}

/** Tells the whole story on a fresh sandbox. Exit code 1 when anything in it does not hold. */
export async function runDemo(
  context: CliContext,
  { json, open }: DemoOptions,
  chapters: readonly Chapter[] = CHAPTERS,
): Promise<void> {
  const say = json ? () => {} : context.out;
  const stage = await openStage(json ? PLAIN : context.style, say);
  const facts: Record<string, Facts> = {};
  let map: SavedMap | undefined;
  try {
    say("An AWS and a PCE run in this process; nothing outside of it is touched.");
    for (const [i, chapter] of chapters.entries()) {
      say(`\n${stage.style.bold(`${i + 1} · ${chapter.title}`)}`);
      facts[chapter.key] = await chapter.run(stage);
    }
    if (stage.failed.length === 0) map = await theMap(context, stage, open && !json);
  } finally {
    stage.moat.clients.close();
    await stage.open.close();
  }
  const ok = stage.failed.length === 0;
  if (json)
    context.out(
      JSON.stringify(
        {
          version: 1,
          kind: "demo",
          ok,
          failed: stage.failed,
          chapters: facts,
          ...(map === undefined ? {} : { map: map.path }),
        },
        null,
        2,
      ),
    );
  else say(`\n${ending(stage, map)}`);
  if (!ok) context.exit(1);
}

function ending(stage: Stage, map: SavedMap | undefined): string {
  const attempts = stage.watched.reduce((n, w) => n + w.attempts, 0);
  const { style } = stage;
  if (stage.failed.length > 0)
    return style.red(
      `${stage.failed.length} of the things that must hold did not: ${stage.failed.join("; ")}`,
    );
  return [
    style.bold(`${grouped(attempts)} connections tried in all, and none refused that policy allows.`),
    "",
    ...(map === undefined ? [] : [...whereIs(map), ""]),
    "Next:",
    "  bin/moat sandbox               the same company on loopback, for every command",
    "  bin/moat plan --aws sandbox    its plan in full",
    "  bin/moat plan --policy <PCE>   your own account: reads, and changes nothing",
  ].join("\n");
}

const whereIs = ({ path, opened }: SavedMap): readonly string[] => [
  `The map of its traffic${opened ? " opens in your browser; it" : ""} is in`,
  `  ${path}`,
];
