import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { type HistoryReading, readHistory } from "../../app/read-history.ts";
import type { HistoryRange } from "../../core/history/consumers-query.ts";
import type { CliContext } from "./context.ts";
import type { Settings } from "./settings.ts";
import { historyPlace, openHistory, openHistoryStore } from "./wire/history.ts";

/** The history that was named, asked once who was seen until its files change. */
export interface NamedHistory {
  readonly read: () => Promise<HistoryReading>;
  /**
   * Lists its files. When others are there than at the last look, what was read is forgotten.
   *
   * @returns whether it was; the first look only remembers what is there
   */
  readonly look: () => Promise<boolean>;
}

/** `undefined` when none was named; `range` is the part of it that is asked for. */
export function namedHistory(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
  range: HistoryRange,
): NamedHistory | undefined {
  if (settings.history === undefined) return undefined;
  let reading: Promise<HistoryReading> | undefined;
  let files: string | undefined;
  return {
    read: () => {
      reading ??= whoWasSeen(context, settings, clients, range);
      return reading;
    },
    look: async () => {
      const before = files;
      files = await filesOf(context, settings, clients);
      if (before === undefined || before === files) return false;
      reading = undefined;
      return true;
    },
  };
}

async function whoWasSeen(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
  range: HistoryRange,
): Promise<HistoryReading> {
  const history = await openHistory(settings, context, clients);
  try {
    return await readHistory(history, range);
  } finally {
    await history.close();
  }
}

/** Its files in a text, or why they cannot be listed: that may change, too. */
async function filesOf(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
): Promise<string> {
  try {
    const store = openHistoryStore(historyPlace(settings), context, settings.region, clients);
    const files = await store.list("");
    return files.map(({ path, size, modified }) => `${path} ${size} ${modified}`).join("\n");
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return problem.what;
  }
}
