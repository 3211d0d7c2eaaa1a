import type { ColumnRecords, ColumnRow } from "./column-records.ts";
import { BLOCK_ROWS, FlowBlock } from "./flow-block.ts";
import type { FlowRecorder } from "./flow-recorder.ts";
import type { FlowTable } from "./flow-table.ts";
import { SAW } from "./row-layout.ts";

/** How many records there were, and how many of them are outside of the window. */
export interface ColumnCounts {
  readonly records: number;
  readonly outside: number;
}

/**
 * Adds all rows of columns to a table. Rows as nearly all are go by the block: first the keys of all, then the rows of
 * the table that are theirs, then the sums, so that the processor need not wait for one look-up before the next.
 *
 * @param noRecord told of each row that is no record, in their order
 */
export function recordColumns(
  flows: FlowTable,
  records: ColumnRecords,
  recorder: FlowRecorder,
  rows: number,
  noRecord: (kind: Exclude<ColumnRow, "record">, row: number) => void,
): ColumnCounts {
  const counts = { records: 0, outside: 0 };
  const oneByOne = (row: number): void => {
    const kind = records.read(row);
    if (kind !== "record") noRecord(kind, row);
    else {
      counts.records += 1;
      if (!recorder.recordNumbered(records.interfaceNumber)) counts.outside += 1;
    }
  };
  if (records.plain === undefined) {
    for (let row = 0; row < rows; row += 1) oneByOne(row);
    return counts;
  }
  const block = new FlowBlock(records.plain);
  const found = new Int32Array(BLOCK_ROWS);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    block.fill(from, Math.min(from + BLOCK_ROWS, rows));
    counts.records += block.size;
    if (recorder.hasWindow)
      counts.outside += block.leaveOut((row) => {
        records.readSums(row);
        return recorder.isOutside();
      });
    flows.locateAll(block, block.size, found);
    addBlock(flows, block, found, records, recorder);
    for (let other = 0; other < block.otherCount; other += 1) oneByOne(block.others[other] as number);
  }
  return counts;
}

function addBlock(
  flows: FlowTable,
  block: FlowBlock,
  found: Int32Array,
  records: ColumnRecords,
  recorder: FlowRecorder,
): void {
  // No row is made here, so the table does not move.
  const table = flows.rows;
  const { hasSums } = records;
  for (let at = 0; at < block.size; at += 1) {
    const to = found[at] as number;
    table[to + SAW] = (table[to + SAW] as number) | (block.saw[at] as number);
    if (hasSums) {
      records.readSums(block.rows[at] as number);
      recorder.addNumbered(to, records.interfaceNumber);
    } else recorder.add(to);
  }
}
