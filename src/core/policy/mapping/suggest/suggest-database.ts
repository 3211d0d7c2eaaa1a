import type { AwsObject } from "../aws-objects.ts";
import { isUsable, type LabelKey, type LabelTag } from "./label-tags.ts";

/** Labels that a database might have, and where they come from. */
export interface SuggestedDatabase {
  readonly id: string;
  readonly kind: "database" | "proxy";
  readonly engine: string;
  /** Names of its security groups. */
  readonly securityGroups: readonly string[];
  readonly labels: Readonly<Partial<Record<LabelKey, string>>>;
  /** Labels that were guessed from the identifier and not taken from a tag. */
  readonly guessed: readonly LabelKey[];
}

/** Words of identifiers that name an environment, and the usual label for it. */
const ENVIRONMENTS: Readonly<Record<string, string>> = {
  prod: "prod",
  prd: "prod",
  production: "prod",
  live: "prod",
  dev: "dev",
  development: "dev",
  test: "test",
  testing: "test",
  qa: "qa",
  uat: "uat",
  stage: "staging",
  staging: "staging",
  stg: "staging",
  sandbox: "sandbox",
};

/** Words that say that it is a database, which the role says already. */
const NOISE: ReadonlySet<string> = new Set([
  "db",
  "rds",
  "database",
  "mysql",
  "postgres",
  "postgresql",
  "aurora",
  "cluster",
  "proxy",
]);

/** Takes labels from tags, and guesses the rest from the identifier: `billing-prod-db` is app billing in env prod. */
export function suggestDatabase(object: AwsObject, tags: readonly LabelTag[]): SuggestedDatabase {
  const given = Object.fromEntries(
    tags.flatMap(({ label, tag }) => {
      const value = Object.hasOwn(object.tags, tag) ? object.tags[tag] : undefined;
      return !isUsable(value) || label === "role" ? [] : [[label, value]];
    }),
  ) as Partial<Record<LabelKey, string>>;
  const guess = guessed(object.name, tags);
  const missing = (["app", "env"] as const).filter(
    (key) => given[key] === undefined && guess[key] !== undefined,
  );
  const labels = { role: "database", ...guess, ...given };
  return {
    id: object.name,
    kind: object.kind === "proxy" ? "proxy" : "database",
    engine: object.engine ?? "",
    securityGroups: object.securityGroups.filter((name) => !name.startsWith("sg-")),
    labels,
    guessed: missing,
  };
}

function guessed(id: string, tags: readonly LabelTag[]): Partial<Record<LabelKey, string>> {
  const words = id.toLowerCase().split(/[^a-z0-9]+/);
  const named = words.find((word) => Object.hasOwn(ENVIRONMENTS, word));
  const usual = named === undefined ? undefined : ENVIRONMENTS[named];
  // Where tags have their own word for it ("production"), that word counts.
  const known = tags.find(({ label }) => label === "env")?.values ?? [];
  const env =
    known.find((value) => ENVIRONMENTS[value.toLowerCase()] === usual && usual !== undefined) ?? usual;
  const app = words.filter((word) => word !== named && !NOISE.has(word) && word !== "").join("-");
  return { ...(app === "" ? {} : { app }), ...(env === undefined ? {} : { env }) };
}
