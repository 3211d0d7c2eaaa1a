import { z } from "zod";
import type { Actor } from "../../../core/policy/model.ts";
import { canonicalHref, Reference } from "./href.ts";
import { parseLabelTerm } from "./label-term.ts";
import { AnyObject, readPart, unreadable } from "./shape.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Selectors that add their objects to a side. Losing one of them only takes away, so it may be dropped alone; any
 * other may narrow its neighbours, as labels do.
 */
const DIRECT = ["workload", "virtual_service", "ip_list", "virtual_server", "container_workload"] as const;

const SELECTORS: readonly string[] = [...DIRECT, "label", "label_group", "actors"];

const FIX =
  "write the rule with labels, label groups, workloads, virtual services, IP lists or all workloads";

const DirectReference = Reference.extend({ deleted: z.boolean().nullish() });

/**
 * Reads one entry of `providers` or `consumers`: one selector, and perhaps `exclusion`. What cannot be read stays in
 * its place, marked with the side that it spoils.
 *
 * @returns `undefined` for a workload that the PCE marks as deleted: it stands for no address
 */
export function parseActor(json: unknown, path: string): Actor | undefined {
  const object = AnyObject.safeParse(json);
  if (!object.success) return unreadableActor(path, json, "an actor is an object with one selector", "label");
  const selectors = SELECTORS.filter((name) => object.data[name] !== undefined && object.data[name] !== null);
  const [selector, second] = selectors;
  if (selector === undefined) return unknownSelector(path, object.data);
  if (second !== undefined) {
    return unreadableActor(path, json, `it names both "${selector}" and "${second}"`, "label");
  }
  if (selector === "label" || selector === "label_group") return labelActor(json, path);
  if (isExcluded(object.data)) {
    return unreadableActor(path, json, "only labels and label groups can be excluded", "label");
  }
  if (selector === "actors") return namedActor(object.data.actors, json, path);
  return directActor(selector, object.data, path);
}

/** An actor that cannot be read. `label` spoils the whole side for an allow, `direct` drops only itself. */
export function unreadableActor(path: string, json: unknown, why: string, side: "direct" | "label"): Actor {
  return { ...unreadable(path, json, why, FIX), side };
}

function labelActor(json: unknown, path: string): Actor {
  const term = parseLabelTerm(json, path);
  return term.ok ? term.value : { ...term.error, side: "label" };
}

function namedActor(name: unknown, json: unknown, path: string): Actor {
  if (name === "ams") return { kind: "ams" };
  if (name === "container_host") {
    return unreadableActor(path, json, "container hosts have no address in the policy", "direct");
  }
  return unreadableActor(path, json, `actors ${JSON.stringify(name)} is not known`, "label");
}

function directActor(selector: string, object: Json, path: string): Actor | undefined {
  if (selector === "virtual_server" || selector === "container_workload") {
    return unreadableActor(path, object, `a security group cannot express "${selector}"`, "direct");
  }
  const read = readPart(DirectReference, object[selector], `${path}.${selector}`);
  if (!read.ok) return { ...read.error, side: "direct" };
  const href = canonicalHref(read.value.href);
  if (selector === "ip_list") return { kind: "ipList", href };
  if (selector === "virtual_service") return { kind: "virtualService", href };
  return read.value.deleted === true ? undefined : { kind: "workload", href };
}

function unknownSelector(path: string, object: Json): Actor {
  const names = Object.keys(object).filter((name) => name !== "exclusion");
  const why = names.length === 0 ? "it has no selector" : `selector "${names.join('", "')}" is not known`;
  return unreadableActor(path, object, why, "label");
}

function isExcluded(object: Json): boolean {
  return (object.exclusion ?? false) !== false;
}
