import type { FlowLogObjects } from "../ports/flow-log-objects.ts";
import { notedIn, unreadObjects } from "./follow-traffic.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";

/**
 * Flow logs that came since the last call, each time in a table of their own: what is new must not be mixed with what
 * was before. An object is read once, by its name.
 *
 * @param list what there is now; opened anew for each call
 * @param read names of objects that were read already; those that are read are added
 */
export function newFlowLogs(
  list: () => FlowLogObjects,
  read: Set<string> = new Set(),
): (onObject?: (name: string) => void) => Promise<Traffic> {
  return (onObject) => readTraffic(unreadObjects(list(), read), notedIn(read, onObject));
}
