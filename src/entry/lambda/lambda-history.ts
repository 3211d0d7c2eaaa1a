import type { Logger } from "@aws-lambda-powertools/logger";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { readFlowLogs } from "../../adapters/aws/read-flow-logs.ts";
import { parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import type { HistoryStore } from "../../adapters/history/history-store.ts";
import { s3Store } from "../../adapters/history/s3-store.ts";
import type { AskHistory } from "../../app/plan-by-history.ts";
import { readHistory } from "../../app/read-history.ts";
import type { LogPorts } from "../../app/watch/look-at-logs.ts";
import { seenLately } from "../../core/history/seen-lately.ts";
import type { LambdaEnvironment } from "./environment.ts";

/** The history of an installation. */
export interface DeployedHistory {
  readonly store: HistoryStore;
  /** For which it is kept. */
  readonly days: number;
}

/** Where what flow logs tell is kept, if that was asked for. */
export function deployedHistory(
  clients: AwsClients,
  { MOAT_HISTORY, MOAT_HISTORY_DAYS: days }: LambdaEnvironment,
): DeployedHistory | undefined {
  const uri = MOAT_HISTORY === undefined ? undefined : parseS3Uri(MOAT_HISTORY);
  return uri?.ok === true ? { store: s3Store(clients, uri.value), days } : undefined;
}

/** What is not read by then is not waited for: access stays as it is. */
const LONGEST_LOOK_MS = 60_000;

/** Looks whether flow logs of databases still come, for one run. */
export function logPorts(clients: AwsClients, deployed: DeployedHistory | undefined): LogPorts {
  const subscriptions = (): ReturnType<LogPorts["subscriptions"]> => readFlowLogs(clients);
  if (deployed === undefined) return { subscriptions };
  return {
    subscriptions,
    history: async (span) => {
      const begin = Date.now();
      const { parquetHistory } = await import("../../adapters/history/parquet-history.ts");
      const history = parquetHistory(deployed.store, { isOver: () => Date.now() > begin + LONGEST_LOOK_MS });
      const [hours, tellers] = await Promise.all([history.logHours(span), history.databaseLogs(span)]);
      return { hours, tellers };
    },
  };
}

/**
 * Asks the history, for one run: what was asked once is not read again by its later rounds. A history that cannot be
 * read is told in the log, and takes no access away.
 */
export function askHistory({ store }: DeployedHistory, seenDays: number, logger: Logger): AskHistory {
  const answers = new Map<string, ReturnType<AskHistory>>();
  const ask: AskHistory = async (arns, places, both) => {
    const begin = Date.now();
    // Whoever has nothing to do needs no reader of Parquet.
    const { parquetHistory } = await import("../../adapters/history/parquet-history.ts");
    const history = parquetHistory(store, { isOver: () => Date.now() > begin + LONGEST_LOOK_MS });
    const range = { ...seenLately(arns, Math.floor(begin / 1000), seenDays, both), ...places };
    const reading = await readHistory(history, range);
    const line = { databases: arns.length, days: seenDays, took: Date.now() - begin };
    if (reading.kind === "read") logger.info("history read", { ...line, clients: reading.consumers.length });
    else logger.error("history not read", { ...line, problem: reading.problem });
    return reading;
  };
  return (arns, places, both = false) => {
    const key = `${both} ${arns.join(" ")}`;
    const answer = answers.get(key) ?? ask(arns, places, both);
    answers.set(key, answer);
    return answer;
  };
}
