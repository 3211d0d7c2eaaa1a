import { z } from "zod";

const PolicyVersion = z.object({ href: z.string().nullish(), version: z.number().nullish() });

/** The number at the end of `/orgs/1/sec_policy/81`; text, because it may have more digits than a number holds. */
const NUMBER_IN_HREF = /\/sec_policy\/(\d+)$/;

/**
 * The policy version in the answer to `GET sec_policy/active`, as text.
 *
 * @returns `undefined` when the answer names none
 */
export function parsePolicyVersion(json: unknown): string | undefined {
  const read = PolicyVersion.safeParse(json);
  if (!read.success) return undefined;
  const inHref = NUMBER_IN_HREF.exec(read.data.href ?? "")?.[1];
  return inHref ?? read.data.version?.toString();
}
