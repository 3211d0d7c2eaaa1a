import {
  basicAuthorization,
  type CredentialsProvider,
  type PceCredentials,
  sameCredentials,
} from "./credentials.ts";

/** Credentials in use, with the header made of them. */
export interface UsedCredentials {
  readonly credentials: PceCredentials;
  readonly authorization: string;
}

/** Keeps the credentials of one client between requests. */
export interface CredentialsSession {
  /** The credentials to use; the provider is asked for them once. */
  current(): Promise<UsedCredentials>;
  /** After a refusal: other credentials than those refused, or `undefined` when the provider has no others. */
  renewed(refused: UsedCredentials): Promise<UsedCredentials | undefined>;
  /** The credentials last used, if any, to keep them out of messages. */
  last(): PceCredentials | undefined;
}

/** A session that asks the provider at first use and again after a refusal. */
export function createCredentialsSession(provider: CredentialsProvider): CredentialsSession {
  let pending: Promise<UsedCredentials> | undefined;
  let last: PceCredentials | undefined;

  const ask = async (): Promise<UsedCredentials> => {
    const credentials = await provider();
    last = credentials;
    return { credentials, authorization: basicAuthorization(credentials) };
  };
  const current = (): Promise<UsedCredentials> => {
    pending ??= ask().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
  return {
    current,
    last: () => last,
    renewed: async (refused) => {
      // Requests run side by side: another one may have renewed already.
      const now = await current();
      if (!sameCredentials(now.credentials, refused.credentials)) return now;
      pending = undefined;
      const fresh = await current();
      return sameCredentials(fresh.credentials, refused.credentials) ? undefined : fresh;
    },
  };
}
