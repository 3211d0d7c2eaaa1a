/**
 * What the lambda functions of the original project did, function by function, as small as the fault in question allows
 * and written anew. Tests hold them against the same input as Moat, so that each of them is seen able to fail.
 */

/** Reads JSON from the PCE below `/api/v2/orgs/1`, without a look at the status. */
export type OldGet = (path: string) => Promise<unknown>;

interface OldActor {
  readonly label?: { readonly href: string };
}

interface OldRuleSet {
  readonly name: string;
  readonly rules: readonly {
    readonly consumers: readonly OldActor[];
    readonly providers: readonly OldActor[];
  }[];
}

interface OldWorkload {
  readonly interfaces: readonly { readonly address: string }[];
}

interface OldVirtualService {
  readonly service_addresses: readonly { readonly fqdn: string }[];
}

/** The rule set of the environment variable, as a draft, and of it the first label of the first rule. */
export async function oldConsumerLabel(get: OldGet, ruleSetName: string): Promise<string> {
  const ruleSets = (await get("/sec_policy/draft/rule_sets")) as readonly OldRuleSet[];
  const [ruleSet] = ruleSets.filter((r) => r.name === ruleSetName);
  const href = ruleSet?.rules[0]?.consumers[0]?.label?.href;
  if (href === undefined) throw new Error("KeyError: 'label'");
  return href;
}

/** The workloads of that one label, whatever their app or environment; interfaces 0 and 1; `/32` on everything. */
export async function oldAddresses(get: OldGet, label: string): Promise<readonly string[]> {
  const query = encodeURIComponent(JSON.stringify([[label]]));
  const workloads = (await get(`/workloads?labels=${query}`)) as readonly OldWorkload[];
  return workloads.flatMap(({ interfaces }) => {
    const [first, second] = interfaces;
    if (first === undefined) throw new Error("IndexError: list index out of range");
    return [first, ...(second === undefined ? [] : [second])].map(({ address }) => `${address}/32`);
  });
}

/** Both together: whom the old lambda would have let in. */
export const oldGrants = async (get: OldGet, ruleSetName: string): Promise<readonly string[]> =>
  oldAddresses(get, await oldConsumerLabel(get, ruleSetName));

/** The database that the first address of the first virtual service was taken to name: its first DNS label. */
export async function oldDatabaseId(get: OldGet): Promise<string> {
  const services = (await get("/sec_policy/draft/virtual_services")) as readonly OldVirtualService[];
  const fqdn = services[0]?.service_addresses[0]?.fqdn;
  if (fqdn === undefined) throw new Error("IndexError: list index out of range");
  return fqdn.split(".")[0] ?? "";
}

/** The one port there was. */
export const OLD_PORT = 3306;

/** Lines of a flow log by position, kept when the flags are 2, 3 or 19. */
export function oldFlows(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    if (fields.length < 4) return [];
    if (fields[4] === undefined) throw new Error("IndexError: list index out of range");
    if (!["2", "3", "19"].includes(fields[4])) return [];
    return [`${fields[0]},${fields[1]},${fields[2]},${fields[3]}`];
  });
}

/** The body that was posted: it began with a blank, and it was posted whatever was in it. */
export const oldUploadBody = (flows: readonly string[]): string => ` ${flows.join("\n")}`;

/** Whether an address was taken to be in the group already: only the CIDRs of its rules were compared. */
export const oldIsPresent = (cidrs: readonly string[], cidr: string): boolean => cidrs.includes(cidr);

/** The loop over the records of an event, which kept only the last. */
export function oldObjectKey(event: {
  readonly Records: readonly { readonly s3: { readonly object: { readonly key: string } } }[];
}): string | undefined {
  let key: string | undefined;
  for (const record of event.Records) key = record.s3.object.key;
  return key;
}

/** What the handler answered, whatever had happened. */
export async function oldHandler(update: () => Promise<unknown>): Promise<{ readonly statusCode: string }> {
  for (const _ of ["once", "and again"]) {
    try {
      await update();
    } catch (error) {
      console.log(error);
    }
  }
  return { statusCode: "success" };
}
