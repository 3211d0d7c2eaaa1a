import { z } from "zod";
import type { OnboardingItem } from "../../ports/audit-log.ts";
import type { PceWrite } from "../../ports/onboarding.ts";
import type { PceClient, PceRequest } from "./pce-client.ts";

/** A question that the PCE takes as POST. */
const QUESTIONS: readonly string[] = ["sec_policy/draft/dependencies"];

/**
 * A client that tells of each call that writes before it makes it.
 *
 * @param before when it throws, the call is not made
 */
export function announcing(client: PceClient, before: (write: PceWrite) => Promise<void>): PceClient {
  return {
    ...client,
    request: async (request) => {
      if (isWrite(request)) await before(writeOf(request));
      return client.request(request);
    },
  };
}

const isWrite = ({ method, path }: PceRequest): boolean => method !== "GET" && !QUESTIONS.includes(path);

function writeOf({ method, path, body }: PceRequest): PceWrite {
  // The path of a single object is that object.
  if (method === "DELETE") return { action: "DELETE", items: [{ id: path }] };
  return { action: `${method} ${path}`, items: itemsOf(body) };
}

const Href = z.object({ href: z.string() });
const Item = z.object({
  href: z.string().optional(),
  key: z.string().optional(),
  value: z.string().optional(),
  external_data_set: z.string().optional(),
  external_data_reference: z.string().optional(),
  virtual_service: Href.optional(),
  change_subset: z.record(z.string(), z.array(Href)).optional(),
});

function itemsOf(body: unknown): readonly OnboardingItem[] {
  return [body].flat().flatMap((json): readonly OnboardingItem[] => {
    const { data } = Item.safeParse(json);
    if (data === undefined) return [];
    const { change_subset, external_data_set: mark } = data;
    if (change_subset !== undefined)
      return Object.values(change_subset)
        .flat()
        .map(({ href }) => ({ id: href }));
    return [{ id: nameOf(data), ...(mark === undefined ? {} : { mark }) }];
  });
}

const nameOf = ({
  href,
  external_data_reference,
  virtual_service,
  key,
  value,
}: z.infer<typeof Item>): string =>
  href ?? external_data_reference ?? virtual_service?.href ?? `${key}=${value}`;
