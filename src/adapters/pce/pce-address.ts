import { PolicyFault } from "../../ports/policy-fault.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const WITH_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const ORG_IN_PATH = /\/orgs\/(\d+)/;

/** Where the PCE's API is. */
export interface PceAddress {
  /** Such as `https://pce.example.com:8443/api/v2`, without a slash at the end. */
  readonly base: string;
  /** The organisation that the text itself named. */
  readonly org?: string;
}

/**
 * Reads the address of a PCE in the forms that people have at hand: a host with or without scheme and port, the
 * address of its web console, or the base of its API with or without an organisation.
 *
 * @throws PolicyFault `invalid`. Plain HTTP is refused except on this machine, since each request carries the secret
 */
export function parsePceAddress(text: string): PceAddress {
  const url = parseUrl(text.trim());
  if (url.username !== "" || url.password !== "") {
    throw new PolicyFault(
      "invalid",
      `The address of the PCE at ${url.host} holds credentials`,
      "leave them out of the address: they go into MOAT_PCE_KEY and MOAT_PCE_SECRET",
    );
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    throw new PolicyFault(
      "invalid",
      `"${url.origin}" is plain HTTP, which would show the API secret to the network`,
      `write "https://${url.host}"`,
    );
  }
  const org = ORG_IN_PATH.exec(url.pathname)?.[1];
  const base = `${url.origin}/api/v2`;
  return org === undefined ? { base } : { base, org };
}

function parseUrl(text: string): URL {
  const url = URL.parse(WITH_SCHEME.test(text) ? text : `https://${text}`);
  if (url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "")
    return url;
  throw new PolicyFault(
    "invalid",
    `"${withoutUserInfo(text)}" is not the address of a PCE`,
    'write it like "https://pce.example.com:8443"',
  );
}

function withoutUserInfo(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//");
}
