import type { Chapter } from "./chapter.ts";
import { reconcileWatched } from "./watched-run.ts";

/** A second run finds live equal to desired. */
export const nothingToDo: Chapter = {
  key: "secondRun",
  title: "A second run",
  run: async (stage) => {
    const from = stage.aws.calls.length;
    const { report, writes } = await reconcileWatched(stage);
    const reads = stage.aws.calls.length - from - writes.length;
    stage.check(
      writes.length === 0 && report.plan.databases.every((d) => d.mode === "observe" || d.inSync),
      `everything is in sync: ${reads} read calls, ${writes.length} write calls`,
    );
    return { reads, writes: writes.length };
  },
};
