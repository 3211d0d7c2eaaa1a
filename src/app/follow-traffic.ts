import type { Diagnostic } from "../core/diagnostic.ts";
import type { TimeWindow } from "../core/flow/conversation.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import type { FlowLogObject, FlowLogObjects } from "../ports/flow-log-objects.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";
import { NOBODY, type TrafficCrew } from "./traffic-crew.ts";

/** What a look at the flow logs brought. */
export interface Followed {
  /** Everything that was read until now. */
  readonly traffic: Traffic;
  /** Objects that this look was the first to read. */
  readonly objects: number;
}

/**
 * Flow logs that are looked at again and again: each look reads only the objects that came since the last one, into one
 * table. An object is known by its name, as AWS never writes to one a second time. A file may have grown: then all are
 * read anew, for what the table holds of it cannot be told from the rest. Looks must not overlap.
 *
 * @param list what there is now; opened anew for each look
 * @param window only records of this time count
 * @param read names of objects that are not to be read; those that are read are added
 * @param crew may be hired to help with each look
 * @returns the look
 */
export function followTraffic(
  list: () => FlowLogObjects,
  window?: TimeWindow,
  read: Set<string> = new Set(),
  crew: TrafficCrew = NOBODY,
): (onObject?: (name: string) => void) => Promise<Followed> {
  let traffic = nothingRead();
  let versions: Versions = { of: new Map(), wasRewritten: false, hasOnce: false };
  const readMore = async (onObject: ((name: string) => void) | undefined): Promise<number> => {
    const before = read.size;
    const { table } = traffic;
    const noted = notedIn(read, onObject);
    const found = await readTraffic(unreadObjects(list(), read, versions), noted, window, table, crew);
    traffic = {
      table,
      findings: distinct([...traffic.findings, ...found.findings]),
      incomplete: [...traffic.incomplete, ...found.incomplete],
    };
    return read.size - before;
  };
  return async (onObject) => {
    const objects = await readMore(onObject);
    if (!versions.wasRewritten || versions.hasOnce) return { traffic, objects };
    traffic = nothingRead();
    versions = { of: new Map(), wasRewritten: false, hasOnce: false };
    read.clear();
    return { objects: await readMore(onObject), traffic };
  };
}

const nothingRead = (): Traffic => ({ table: new ConversationTable(), findings: [], incomplete: [] });

/** What is known of the objects that were read. */
interface Versions {
  readonly of: Map<string, string>;
  /** One of them was written to since. */
  wasRewritten: boolean;
  /** One of them cannot be read again. */
  hasOnce: boolean;
}

/** What is wrong with every object of a kind is said once. */
const distinct = (findings: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(findings.map((each) => [`${each.code} ${each.what}`, each])).values(),
];

/** Notes the names of objects whose reading begins: one that was only looked ahead to is read by another look. */
export function notedIn(
  read: Set<string>,
  onObject: (name: string) => void = () => undefined,
): (name: string) => void {
  return (name) => {
    read.add(name);
    onObject(name);
  };
}

/** The objects whose names are not in `read`, each once; whoever reads one adds it there. */
export function unreadObjects(
  objects: FlowLogObjects,
  read: ReadonlySet<string>,
  versions?: Versions,
): FlowLogObjects {
  return {
    async *list(): AsyncGenerator<FlowLogObject> {
      const listed = new Set<string>();
      for await (const object of objects.list()) {
        if (versions !== undefined) note(versions, object);
        if (read.has(object.name) || listed.has(object.name)) continue;
        listed.add(object.name);
        yield object;
      }
    },
  };
}

function note(versions: Versions, { name, version, once }: FlowLogObject): void {
  const before = versions.of.get(name);
  if (before !== undefined && before !== version) versions.wasRewritten = true;
  if (before === undefined && version !== undefined) versions.of.set(name, version);
  if (once === true) versions.hasOnce = true;
}
