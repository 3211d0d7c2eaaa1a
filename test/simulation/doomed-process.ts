import type { HttpRequest, HttpResponse } from "@smithy/types";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { type Installation, install, type Lab, MOAT_KEY } from "../scenario/lab.ts";

/** How a process fares at one of its write calls. */
export const FATES = [
  /** Killed when it was about to make the call. */
  "killed before",
  /** The call took effect, the process saw the reply, and is killed before it does anything else. */
  "killed after",
  /** The call took effect, the process saw a reset connection, and is killed before it does anything else. */
  "reply lost, then killed",
  /** The call took effect, the process saw a reset connection, and goes on as it sees fit. */
  "reply lost, lives on",
] as const;

export type Fate = (typeof FATES)[number];

/** At which of its write calls, the first being 1, a process meets its fate. */
export interface Doom {
  readonly atWrite: number;
  readonly fate: Fate;
}

/** A process of Moat of its own: real use cases and adapters, nothing remembered from any other. */
export interface Process {
  readonly installation: Installation;
  /** Lets it work until it is done or dead. @returns what it came to, or `undefined` when it died */
  live<T>(work: (installation: Installation) => Promise<T>): Promise<T | undefined>;
  /** Whether the write call came at which it was to meet its fate. */
  readonly met: () => boolean;
}

const READ = /^(Describe|Get|List|Assume)/;
const NEVER = new Promise<never>(() => undefined);

/** Starts a process; with a doom it comes to harm at one write call. From its death on it is never answered again. */
export function startProcess(lab: Lab, acknowledged: Set<string>, doom?: Doom): Process {
  const inner = inProcessRequestHandler(lab.sandbox);
  const death = Promise.withResolvers<undefined>();
  let writes = 0;
  let met = false;
  let doomed = false;
  const die = (): Promise<never> => {
    doomed = true;
    death.resolve(undefined);
    return NEVER;
  };
  const handle = async (request: HttpRequest): Promise<{ response: HttpResponse }> => {
    if (doomed) return die();
    writes += isWrite(request) ? 1 : 0;
    if (met || doom === undefined || !isWrite(request) || writes !== doom.atWrite) {
      const answer = await inner.handle(request);
      return doomed ? die() : answer;
    }
    met = true;
    if (doom.fate === "killed before") return die();
    const answer = await inner.handle(request);
    doomed = doom.fate !== "reply lost, lives on";
    if (doom.fate === "killed after") return answer;
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  };
  const clients = awsClients({
    region: "eu-west-1",
    credentials: { accessKeyId: MOAT_KEY, secretAccessKey: "sandbox" },
    requestHandler: { ...inner, handle },
    env: {},
  });
  const clock: Clock = {
    now: () => lab.clock.now(),
    sleep: async (ms) => (doomed ? die() : lab.clock.advance(ms)),
  };
  const { groupReferences = "off" } = lab.settings;
  const installation = install(clients, lab.policy, clock, {
    acknowledged,
    shrinkPercent: 100,
    groupReferences,
  });
  return {
    installation,
    live: (work) => Promise.race([work(installation), death.promise]),
    met: () => met,
  };
}

/** The services that Moat writes to take forms; what is no form is a read. */
function isWrite({ body }: HttpRequest): boolean {
  const action = typeof body === "string" ? new URLSearchParams(body).get("Action") : null;
  return action !== null && !READ.test(action);
}
