/** An API key of the PCE. */
export interface PceCredentials {
  /** The key id, with or without `api_`, or `user_N` of a login session. */
  readonly user: string;
  readonly secret: string;
}

/** Gives the credentials; asked again when the PCE refuses them, because secrets are rotated. */
export type CredentialsProvider = () => Promise<PceCredentials>;

const COMPLETE_USER = /^(?:api_|user_)/;
const STARS = "[redacted]";

/** The value of the `Authorization` header. */
export function basicAuthorization(credentials: PceCredentials): string {
  return `Basic ${basicToken(credentials)}`;
}

/** Takes the secret, in each form in which it travels, out of a text that others wrote. */
export function redact(text: string, credentials: PceCredentials | undefined): string {
  if (credentials === undefined || credentials.secret === "") return text;
  return text.replaceAll(basicToken(credentials), STARS).replaceAll(credentials.secret, STARS);
}

/** Whether two answers of a provider are the same key. */
export function sameCredentials(a: PceCredentials, b: PceCredentials): boolean {
  return a.user === b.user && a.secret === b.secret;
}

function basicToken({ user, secret }: PceCredentials): string {
  const name = COMPLETE_USER.test(user) ? user : `api_${user}`;
  return Buffer.from(`${name}:${secret}`, "utf8").toString("base64");
}
