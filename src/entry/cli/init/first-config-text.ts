import { scalar } from "./yaml-scalar.ts";

/** What a first `moat.yaml` says; the rest of it is comments. */
export interface FirstConfig {
  readonly schema: string;
  readonly aws: string;
  readonly region?: string;
  readonly flows: readonly string[];
}

/** A first `moat.yaml`: the defaults of every command. */
export function firstConfigText({ schema, aws, region, flows }: FirstConfig): string {
  return `# yaml-language-server: $schema=${schema}
#
# Defaults of every moat command. Written by moat init; options and MOAT_* variables go before it.

# Name of this installation, as the tag moat:owner carries it.
owner: moat

# live, sandbox, or a folder of saved answers (moat snapshot).
aws: ${scalar(aws)}
${region === undefined ? "# region: eu-west-1" : `region: ${scalar(region)}`}

# A policy file, the URL of a PCE, or a folder of its collections.
policy: policy.yaml

# Flow logs: files, folders, s3://bucket/prefix. With them a plan says who would lose access.
${flows.length === 0 ? "# flows: [s3://bucket/AWSLogs/]" : `flows: [${flows.map(scalar).join(", ")}]`}

# observe: nothing is ever written. enforce: moat apply keeps the databases' groups as policy says.
# A database's own tag moat:mode goes before this, and so does an exception here.
mode: observe
# databases:
#   orders: { mode: enforce }
`;
}
