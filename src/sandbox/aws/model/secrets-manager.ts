import { AwsError } from "./aws-error.ts";
import { partKey } from "./parts.ts";
import type { RegionState } from "./region-state.ts";

/** One version of a secret with the labels that point at it now. */
export interface SecretVersion {
  readonly versionId: string;
  readonly stages: readonly string[];
  readonly secretString: string;
  readonly createdAtMs: number;
}

/** A secret. The first version is the newest. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly versions: readonly SecretVersion[];
}

/** Which version is asked for, by default the one labelled AWSCURRENT. */
export interface SecretChoice {
  readonly versionId?: string | undefined;
  readonly stage?: string | undefined;
}

/** The secrets of one account in one region. */
export class SecretsManager {
  readonly #state: RegionState;
  readonly #secrets = new Map<string, Secret>();
  readonly #denied = new Set<string>();

  constructor(state: RegionState) {
    this.#state = state;
  }

  /** Makes a secret; its ARN ends in six characters of chance, so that a name used again gets another one. */
  put(name: string, secretString: string): Secret {
    const arn = this.#state.arn("secretsmanager", `secret:${name}-${this.#state.ids.base32(6)}`);
    const secret = { arn, name, versions: [this.#version(secretString, ["AWSCURRENT"])] };
    this.#secrets.set(name, secret);
    return secret;
  }

  /** Gives a secret another value: the old one stays readable as AWSPREVIOUS, the one before it no longer. */
  rotate(idOrArn: string, secretString: string): Secret {
    const secret = this.#find(idOrArn);
    const [current] = secret.versions;
    const previous = current === undefined ? [] : [{ ...current, stages: ["AWSPREVIOUS"] }];
    const rotated = { ...secret, versions: [this.#version(secretString, ["AWSCURRENT"]), ...previous] };
    this.#secrets.set(secret.name, rotated);
    return rotated;
  }

  /** From now on nobody may read the secret, or everybody again. */
  setDenied(name: string, denied: boolean): void {
    if (denied) this.#denied.add(name);
    else this.#denied.delete(name);
  }

  /** @throws AwsError ResourceNotFoundException, AccessDeniedException */
  value(
    idOrArn: string,
    choice: SecretChoice = {},
  ): { readonly secret: Secret; readonly version: SecretVersion } {
    const secret = this.#find(idOrArn);
    if (this.#denied.has(secret.name)) {
      const message = `User is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret.arn}`;
      throw new AwsError("AccessDeniedException", message);
    }
    const stage = choice.stage ?? (choice.versionId === undefined ? "AWSCURRENT" : undefined);
    const version = secret.versions.find(
      (candidate) =>
        (choice.versionId ?? candidate.versionId) === candidate.versionId &&
        (stage === undefined || candidate.stages.includes(stage)),
    );
    if (version !== undefined) return { secret, version };
    const wanted = stage === undefined ? `VersionId: ${choice.versionId}` : `staging label: ${stage}`;
    throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
  }

  #find(idOrArn: string): Secret {
    const byName = this.#secrets.get(idOrArn);
    const found = byName ?? [...this.#secrets.values()].find((secret) => matchesArn(secret, idOrArn));
    if (found === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return found;
  }

  #version(secretString: string, stages: readonly string[]): SecretVersion {
    return { versionId: this.#state.ids.uuid(), stages, secretString, createdAtMs: this.#state.clock.now() };
  }
}

/** Secrets Manager in one account and region: `region.part(secretsManager)`. */
export const secretsManager = partKey("secretsManager", (region: RegionState) => new SecretsManager(region));

/** An ARN may be given without its last seven characters: https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html */
const matchesArn = (secret: Secret, arn: string): boolean =>
  secret.arn === arn || secret.arn.slice(0, -7) === arn;

const notFound = (message: string): AwsError => new AwsError("ResourceNotFoundException", message);
