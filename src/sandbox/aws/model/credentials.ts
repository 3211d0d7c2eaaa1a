import { partKey } from "./parts.ts";
import type { SandboxWorld } from "./region-state.ts";

/** Who an access key belongs to. */
export interface Identity {
  readonly accountId: string;
  readonly principalArn: string;
  readonly userId: string;
  readonly sessionName?: string;
  readonly expiresMs?: number;
}

/** Keys and their owners. Keys that nobody registered belong to an administrator of the default account. */
export class CredentialTable {
  readonly #identities = new Map<string, Identity>();
  readonly #defaultAccountId: string;

  constructor(defaultAccountId: string) {
    this.#defaultAccountId = defaultAccountId;
  }

  register(accessKeyId: string, identity: Identity): void {
    this.#identities.set(accessKeyId, identity);
  }

  /** @returns undefined for a temporary key (`ASIA…`) that was never minted */
  find(accessKeyId: string): Identity | undefined {
    const known = this.#identities.get(accessKeyId);
    if (known !== undefined || accessKeyId.startsWith("ASIA")) return known;
    // Like other emulators: an access key of twelve digits names its account.
    const accountId = /^\d{12}$/.test(accessKeyId) ? accessKeyId : this.#defaultAccountId;
    return {
      accountId,
      principalArn: `arn:aws:iam::${accountId}:user/sandbox`,
      userId: "AIDASANDBOXUSER000000",
    };
  }
}

/** The credential table of the whole sandbox. */
export const credentialTable = partKey(
  "credentials",
  (world: SandboxWorld) => new CredentialTable(world.defaultAccountId),
);
