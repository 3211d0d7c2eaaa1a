import type { Diagnostic } from "../core/diagnostic.ts";
import type { TimeWindow } from "../core/flow/conversation.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import type { FlowLogObject, FlowLogObjects } from "../ports/flow-log-objects.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";

/** What a look at the flow logs brought. */
export interface Followed {
  /** Everything that was read until now. */
  readonly traffic: Traffic;
  /** Objects that this look was the first to read. */
  readonly objects: number;
}

/**
 * Flow logs that are looked at again and again: each look reads only the objects that came since the last one, into one
 * table. An object is known by its name, as AWS never writes to one a second time. Looks must not overlap.
 *
 * @param list what there is now; opened anew for each look
 * @param window only records of this time count
 * @param read names of objects that are not to be read; those that are read are added
 * @returns the look
 */
export function followTraffic(
  list: () => FlowLogObjects,
  window?: TimeWindow,
  read: Set<string> = new Set(),
): (onObject?: (name: string) => void) => Promise<Followed> {
  const table = new ConversationTable();
  let traffic: Traffic = { table, findings: [], incomplete: [] };
  return async (onObject) => {
    const before = read.size;
    const found = await readTraffic(unreadObjects(list(), read), onObject, window, table);
    traffic = {
      table,
      findings: distinct([...traffic.findings, ...found.findings]),
      incomplete: [...traffic.incomplete, ...found.incomplete],
    };
    return { traffic, objects: read.size - before };
  };
}

/** What is wrong with every object of a kind is said once. */
const distinct = (findings: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(findings.map((each) => [`${each.code} ${each.what}`, each])).values(),
];

/** The objects whose names are not in `read`, which they are added to as they come. */
export function unreadObjects(objects: FlowLogObjects, read: Set<string>): FlowLogObjects {
  return {
    async *list(): AsyncGenerator<FlowLogObject> {
      for await (const object of objects.list()) {
        if (read.has(object.name)) continue;
        read.add(object.name);
        yield object;
      }
    },
  };
}
