import type { Actor, Credential, PceState } from "../model/state.ts";

/** The credential that a Basic `authorization` header names; `undefined` when it is not ours. */
export function authenticate(state: PceState, authorization: string | undefined): Credential | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const user = bareKeyId(text.slice(0, colon));
  const secret = text.slice(colon + 1);
  return state.credentials.find((key) => bareKeyId(key.keyId) === user && key.secret === secret);
}

/** Key ids are written with or without `api_`. */
const bareKeyId = (user: string): string => user.replace(/^api_/, "");

/** The actor of an HTTP request. */
export const actorOf = (credential: Credential, endpoint: string, method: string): Actor => ({
  userHref: credential.userHref,
  username: credential.username,
  request: { endpoint, method, address: "127.0.0.1" },
});
