import { spawn } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapData } from "../../../app/map-data.ts";
import { singleFile, uiAssets } from "../../web/ui-assets.ts";
import type { CliContext } from "../context.ts";
import { browserCommand } from "./browser-command.ts";
import type { Stage } from "./stage.ts";
import { makePlan } from "./watched-run.ts";

/** Where the map of the story is, and whether a browser was asked to show it. */
export interface SavedMap {
  readonly path: string;
  readonly opened: boolean;
}

/** Saves the map of what the story ended with, and opens it when somebody sits there and wants it. */
export async function theMap(context: CliContext, stage: Stage, wanted: boolean): Promise<SavedMap> {
  const page = singleFile(await uiAssets(), JSON.stringify(mapData(await makePlan(stage))));
  const path = join(await mkdtemp(join(context.env.TMPDIR ?? tmpdir(), "moat-demo-")), "map.html");
  await writeFile(path, page);
  const command =
    wanted && context.interactive
      ? browserCommand(path, { platform: process.platform, env: context.env })
      : undefined;
  return { path, opened: command !== undefined && (await started(command)) };
}

/** The browser outlives us, and what it prints is not ours. */
function started([program = "", ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
