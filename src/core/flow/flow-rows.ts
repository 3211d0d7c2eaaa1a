import type { FlowTable } from "./flow-table.ts";
import type { Ipv6Index } from "./ipv6-index.ts";
import type { NameIndex } from "./name-index.ts";

/** The rows of a read, and what the numbers in them stand for. */
export interface FlowRows {
  readonly flows: FlowTable;
  readonly ipv6: Ipv6Index;
  readonly interfaceNames: NameIndex;
}
