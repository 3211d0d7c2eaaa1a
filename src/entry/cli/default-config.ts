import type { Config } from "./config-schema.ts";

/**
 * What an empty `moat.yaml` says. Written out, so that a command without a configuration need not load the schema and
 * zod under it; a test holds the two together.
 */
export const DEFAULT_CONFIG: Config = {
  owner: "moat",
  flows: [],
  mode: "observe",
  databases: {},
  shrinkPercent: 30,
  callPercent: 20,
  rdsConnect: "leave",
  securityGroupReferences: "off",
  egress: "leave",
  publicIp: false,
  directActorsIgnoreScope: false,
};
