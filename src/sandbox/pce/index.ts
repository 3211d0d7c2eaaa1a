export type { Json, JsonObject } from "./model/json.ts";
export type { LabelTexts, PceSeed, SeedRule, SeedWorkload } from "./model/seed.ts";
export type { ActorText } from "./model/seed-notation.ts";
export type { Credential, PceSwitches, ReceivedFlow } from "./model/state.ts";
export type { Decision, Packet, RuleMatch } from "./policy/decide.ts";
export type { Endpoint } from "./policy/party.ts";
export {
  createSandboxPce,
  SANDBOX_KEY,
  type SandboxPce,
  type SandboxPceOptions,
} from "./sandbox-pce.ts";
export type { PceRequest, PceResponse } from "./wire/exchange.ts";
export type { Fault, FaultAnswer, FaultTarget } from "./wire/faults.ts";
export { handlePceRequest } from "./wire/handle-pce-request.ts";
export { sandboxPceFetch } from "./wire/sandbox-pce-fetch.ts";
export {
  type RunningSandboxPce,
  type StartSandboxPceOptions,
  startSandboxPce,
} from "./wire/start-sandbox-pce.ts";
