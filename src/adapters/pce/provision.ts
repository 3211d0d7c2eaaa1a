import { z } from "zod";
import type { Href } from "../../core/policy/model.ts";
import { hrefPath } from "./parse/href.ts";
import { parsePolicyVersion } from "./parse/policy-version.ts";
import { AnyObject } from "./parse/shape.ts";
import type { PceClient } from "./pce-client.ts";
import { faultOfShape } from "./pce-fault.ts";

/** Objects to provision, by collection, as the PCE takes them. */
type ChangeSubset = Readonly<Record<string, readonly { readonly href: Href }[]>>;

const POLICY_OBJECT = /^(\/orgs\/[^/]+\/sec_policy\/)[^/]+\/([^/]+)\/([^/]+)/;

const Dependency = z.object({ dependency: z.record(z.string(), z.unknown()) });
const Dependencies = z.array(Dependency);

/**
 * Puts drafts in force: these objects and what the PCE says they depend on, and nothing that others have pending. A
 * rule goes with its rule set.
 *
 * @param hrefs hrefs of versioned objects, in any spelling
 * @returns the new policy version
 */
export async function provision(
  client: PceClient,
  hrefs: readonly Href[],
  description: string,
): Promise<string> {
  const wanted = changeSubset(hrefs);
  const needed = await readDependencies(client, wanted);
  const answer = await client.request({
    method: "POST",
    path: "sec_policy",
    body: { update_description: description, change_subset: changeSubset([...hrefs, ...needed]) },
  });
  const version = parsePolicyVersion(answer.json);
  if (version !== undefined) return version;
  throw faultOfShape(client.asked({ method: "POST", path: "sec_policy" }), "the new policy version");
}

async function readDependencies(client: PceClient, subset: ChangeSubset): Promise<readonly Href[]> {
  const path = "sec_policy/draft/dependencies";
  const body = { operation: "commit", change_subset: subset };
  const answer = await client.request({ method: "POST", path, body });
  const read = Dependencies.safeParse(answer.json ?? []);
  if (!read.success) throw faultOfShape(client.asked({ method: "POST", path }), "a list of dependencies");
  return read.data.flatMap(({ dependency }) => Object.values(dependency).flatMap(hrefsIn));
}

/** A dependency names one object, or a list of them. */
function hrefsIn(json: unknown): readonly Href[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json];
  return list.flatMap((item) => {
    const object = AnyObject.safeParse(item);
    return typeof object.data?.href === "string" ? [object.data.href] : [];
  });
}

function changeSubset(hrefs: readonly Href[]): ChangeSubset {
  const collections = new Map<string, Set<Href>>();
  for (const href of hrefs) {
    const [, root, collection, id] = POLICY_OBJECT.exec(hrefPath(href)) ?? [];
    if (root === undefined || collection === undefined || id === undefined) {
      throw new Error(`Not an object that can be provisioned: ${href}`);
    }
    const drafts = collections.get(collection) ?? new Set();
    collections.set(collection, drafts.add(`${root}draft/${collection}/${id}`));
  }
  return Object.fromEntries(
    [...collections].map(([name, drafts]) => [name, [...drafts].map((href) => ({ href }))]),
  );
}
