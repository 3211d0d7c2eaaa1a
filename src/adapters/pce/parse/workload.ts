import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Unreadable, Workload } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { defined } from "./defined.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { parseReferences } from "./references.ts";
import { OptionalList, OptionalText, readShape } from "./shape.ts";
import { soundWorkload } from "./sound-workload.ts";
import { parseInterfaces } from "./workload-interface.ts";

const Agent = z.object({ href: z.string().nullish() }).nullish();

const PceWorkload = z.object({
  href: HrefText,
  deleted: z.boolean().nullish(),
  managed: z.boolean().nullish(),
  name: OptionalText,
  hostname: OptionalText,
  public_ip: OptionalText,
  external_data_reference: OptionalText,
  interfaces: OptionalList,
  ignored_interface_names: OptionalList,
  labels: OptionalList,
  ven: Agent,
  agent: Agent,
});

/** A workload that was read already, in the place of its JSON. */
class EarlyWorkload {
  readonly workload: Workload;
  constructor(workload: Workload) {
    this.workload = workload;
  }
}

/**
 * Reads a workload while its collection still arrives: {@link parseWorkload} takes what this gives. Most of a
 * workload's JSON is of no use here, and a hundred thousand of them need not be kept together.
 *
 * @returns the JSON as it is when there is anything unusual about it
 */
export function readWorkloadEarly(json: unknown): unknown {
  const sound = soundWorkload(json);
  return sound === undefined ? json : new EarlyWorkload(sound);
}

/** Reads one workload; a deleted one is `undefined`. */
export function parseWorkload(json: unknown, path: string): Result<Workload | undefined, Diagnostic> {
  if (json instanceof EarlyWorkload) return ok(json.workload);
  const sound = soundWorkload(json);
  if (sound !== undefined) return ok(sound);
  const read = readShape(PceWorkload, json, path);
  if (!read.ok) return read;
  const workload = read.value;
  if (workload.deleted === true) return ok(undefined);
  const interfaces = parseInterfaces(workload.interfaces, `${path}.interfaces`);
  const labels = parseReferences(workload.labels, `${path}.labels`);
  return ok({
    ...defined({
      name: workload.name,
      hostname: workload.hostname,
      publicIp: workload.public_ip,
      externalDataReference: workload.external_data_reference,
    }),
    href: canonicalHref(workload.href),
    managed: isManaged(workload),
    interfaces: interfaces.interfaces,
    ignoredInterfaceNames: workload.ignored_interface_names.filter((name) => typeof name === "string"),
    labels: labels.hrefs,
    unreadable: joined(labels.unreadable, interfaces.unreadable),
  });
}

/** Dumps of old PCEs lack `managed`; a workload is managed when something on its host answers to the PCE. */
function isManaged(workload: z.infer<typeof PceWorkload>): boolean {
  if (typeof workload.managed === "boolean") return workload.managed;
  return Boolean(workload.ven?.href ?? workload.agent?.href);
}

const NOTHING: readonly Unreadable[] = [];

function joined(a: readonly Unreadable[], b: readonly Unreadable[]): readonly Unreadable[] {
  return a.length + b.length === 0 ? NOTHING : [...a, ...b];
}
