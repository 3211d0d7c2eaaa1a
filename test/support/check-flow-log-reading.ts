import { flowLogParts } from "../../src/adapters/aws/flow-log-parts.ts";
import type { Conversation } from "../../src/core/flow/conversation.ts";
import { ConversationTable } from "../../src/core/flow/conversation-table.ts";
import { createFlowLogReader, type FlowLogSummary } from "../../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../../src/core/flow/known-databases.ts";
import { FlowLogFault, type FlowLogPart } from "../../src/ports/flow-log-objects.ts";

/** Small, so that what is over a limit is met often. */
const LIMITS = { maxBytes: 4 * 1024 ** 2, maxRatio: 400, ratioFrom: 1024 ** 2 };
const LINE_FEED = 10;
const NOBODY = knownDatabases([]);

/** What the parts that reached the reader could hold at most. */
interface Offered {
  lines: number;
  readonly texts: Uint8Array[];
  hasRows: boolean;
}

/**
 * Reads bytes as one object and says what is wrong with how they were read; undefined when nothing is. Faults of the
 * object are right. Wrong is: any other error, more records than lines or rows, counts that do not add up, and an
 * address that does not stand in the text.
 */
export async function checkFlowLogReading(bytes: Uint8Array, chunk: number): Promise<string | undefined> {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  const offered: Offered = { lines: 0, texts: [], hasRows: false };
  try {
    for await (const part of flowLogParts(pieces(bytes, chunk), "fuzz", LIMITS)) {
      note(offered, part);
      reader.push(part);
    }
  } catch (error) {
    if (!(error instanceof FlowLogFault)) return `threw ${String(error)}`;
  }
  const summary = reader.end();
  return countsProblem(summary, offered, table) ?? inventionProblem(table.conversations(NOBODY), offered);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function note(offered: Offered, part: FlowLogPart): void {
  if (!(part instanceof Uint8Array) && "rows" in part) {
    offered.lines += part.rows;
    offered.hasRows = true;
    return;
  }
  const text = part instanceof Uint8Array ? part : part.text;
  for (const byte of text) if (byte === LINE_FEED) offered.lines += 1;
  offered.texts.push(Uint8Array.from(text));
}

function countsProblem(
  { input, malformed }: FlowLogSummary,
  { lines }: Offered,
  table: ConversationTable,
): string | undefined {
  // The last line may have no end.
  if (input.records > lines + 1) return `${input.records} records in ${lines} lines`;
  if (input.records !== input.conversationRecords + input.noData + input.skipData + input.malformed)
    return "the counts do not add up";
  if (malformed.length > 5) return "more samples than are wanted";
  const found = table.conversations(NOBODY).reduce((sum, { records }) => sum + records, 0);
  return found === input.conversationRecords ? undefined : `${found} records in conversations`;
}

function inventionProblem(conversations: readonly Conversation[], offered: Offered): string | undefined {
  // Values of columns are read by code that tests compare with text; here they would have to be searched for.
  if (offered.hasRows) return undefined;
  const text = Buffer.concat(offered.texts).toString("latin1");
  const invented = conversations
    .flatMap(({ consumer, provider }) => [consumer, provider])
    .find((address) => !address.includes(":") && !text.includes(address));
  return invented === undefined ? undefined : `${invented} is not in the text`;
}
