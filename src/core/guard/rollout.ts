import type { Diagnostic } from "../diagnostic.ts";
import { digest } from "../digest.ts";
import { type RisenReject, risenText } from "./risen-rejects.ts";

/** How far a version of policy has come on its way through the waves. Moments are milliseconds since 1970. */
export interface Rollout {
  readonly version: string;
  /** When the look was begun that this follows from. */
  readonly at: number;
  /** The last wave whose databases may be narrowed; see `wavePlace`. */
  readonly open: number;
  /** Since when a database, or an account and region that cannot be looked at, keeps later waves waiting. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Databases that go in an earlier wave than their own, which would have none, by ARN. */
  readonly promoted?: ReadonlyMap<string, number>;
  /** Why nothing is narrowed anywhere. */
  readonly halted?: Halt;
  /** Why no further wave is begun although nothing speaks against it. */
  readonly unsure?: Diagnostic;
  /** A person has answered for everything that was changed until then. */
  readonly acknowledged?: { readonly version: string; readonly at: number };
}

/** A rollout that was stopped, because clients are refused. */
export interface Halt {
  readonly version: string;
  readonly at: number;
  /** By which a person acknowledges exactly this. */
  readonly token: string;
  readonly finding: Diagnostic;
  readonly refused: readonly Pick<RisenReject, "arn" | "consumer" | "allowed">[];
}

/** An enforced database, and how it stands to policy. */
export interface RolloutDatabase {
  readonly id: string;
  readonly arn: string;
  readonly place: number;
  /** True when it is as policy says, or a gate refuses it by name. */
  readonly inPlace: boolean;
}

/** A database that was narrowed, and whether its clients were seen long enough since. */
export interface Observation {
  readonly id: string;
  readonly arn: string;
  readonly place: number;
  readonly state: "watching" | "watched" | "unsure";
  /** Given where the state is `unsure`. */
  readonly why?: string;
}

/** All of an installation, with one version of policy in hand. */
export interface RolloutLook {
  readonly version: string;
  readonly at: number;
  /** Names of the waves, as `waveNames` has them. */
  readonly waves: readonly string[];
  readonly databases: readonly RolloutDatabase[];
  /** Accounts and regions that cannot be looked at. Their databases may be in any wave. */
  readonly unseen: readonly string[];
  readonly observations: readonly Observation[];
  readonly risen: readonly RisenReject[];
  /** Whether policy lets a consumer in. */
  readonly admits: (arn: string, consumer: string) => boolean;
}

export interface RolloutStep {
  readonly rollout: Rollout;
  /** Databases, accounts and regions that nobody waits for any more. */
  readonly late: readonly string[];
}

/**
 * Decides how far a rollout may go. A wave is open when each database of the earlier ones is in place, and was watched
 * since it was narrowed. Who is not in place after `patienceMs` of waiting, because RDS keeps it busy or its account
 * cannot be looked at, is waited for no longer; a halt begins the waiting anew. Clients that are refused halt all of it:
 * until a person acknowledges that, or another version of policy lets those in again that this one shut out.
 */
export function nextRollout(before: Rollout | undefined, look: RolloutLook, patienceMs: number): RolloutStep {
  const { version, at } = look;
  const acknowledged = before?.acknowledged?.version === version ? before.acknowledged : undefined;
  const base = { version, at, ...(acknowledged === undefined ? {} : { acknowledged }) };
  const halted = lastingHalt(before?.halted, look) ?? newHalt(look, acknowledged !== undefined);
  if (halted !== undefined) return { rollout: { ...base, open: 0, waiting: new Map(), halted }, late: [] };
  const since = (key: string): number => before?.waiting.get(key) ?? at;
  const isLate = (key: string): boolean => at - since(key) >= patienceMs;
  const last = look.waves.length - 1;
  let open = 0;
  while (open < last && isThrough(look, open, isLate)) open += 1;
  const blocking = blockers(look, open);
  const waiting = new Map(blocking.map((key) => [key, since(key)] as const));
  const unsure = open < last ? unsureOf(look, open) : undefined;
  return {
    rollout: { ...base, open, waiting, ...(unsure === undefined ? {} : { unsure }) },
    late: blocking.filter(isLate),
  };
}

/** True when the waves up to one need nobody's waiting any more. */
function isThrough(look: RolloutLook, place: number, isLate: (key: string) => boolean): boolean {
  const watched = look.observations.every((o) => o.place > place || o.state === "watched");
  return watched && blockers(look, place).every(isLate);
}

/** Who is not in place in the waves up to one. */
const blockers = ({ databases, unseen }: RolloutLook, place: number): readonly string[] => [
  ...unseen,
  ...databases.flatMap((d) => (d.place <= place && !d.inPlace ? [d.arn] : [])),
];

function lastingHalt(halt: Halt | undefined, { version, admits }: RolloutLook): Halt | undefined {
  if (halt === undefined || halt.version === version) return halt;
  const mended = halt.refused.every((r) => !r.allowed && admits(r.arn, r.consumer));
  return mended ? undefined : halt;
}

/** Whom policy shuts out, a person may have meant to. Who is refused against policy, nobody meant. */
function newHalt({ risen, version, at }: RolloutLook, meant: boolean): Halt | undefined {
  const refused = risen.filter(({ allowed }) => allowed || !meant);
  const [first] = refused;
  if (first === undefined) return undefined;
  const who = refused.map(({ arn, consumer }) => `${arn} ${consumer}`).sort();
  const token = `waves:${digest([version, ...who].join("|")).slice(0, 8)}`;
  const one = refused.length === 1;
  return {
    version,
    at,
    token,
    refused: refused.map(({ arn, consumer, allowed }) => ({ arn, consumer, allowed })),
    finding: {
      code: "ROLLOUT_HALTED",
      what: `${refused.length} ${one ? "consumer is" : "consumers are"} refused since access was taken away: ${risenText(refused)}`,
      why: "They came in before. What is wrong with the first databases may be wrong with all, so nothing more is taken away anywhere; repairs and grants go on",
      fix: `Look why: "moat explain ${first.consumer} ${first.id}". Let them in again by policy, or, if they are meant to be shut out, say so: "moat waves --acknowledge ${token}"`,
    },
  };
}

function unsureOf({ observations, waves }: RolloutLook, open: number): Diagnostic | undefined {
  const unsure = observations.filter((o) => o.place <= open && o.state === "unsure");
  const [first] = unsure;
  if (first === undefined) return undefined;
  const more = unsure.length > 1 ? `, and ${unsure.length - 1} more` : "";
  return {
    code: "WAVES_UNSURE",
    what: `Wave "${waves[open + 1]}" is not begun: how clients fare at "${first.id}"${more} since access was taken away cannot be told. ${first.why}`,
    why: "Nobody can say whether clients are refused, and a doubt takes nothing away",
    fix: `Mend what keeps flow logs from the history, or go on without them: "moat waves --acknowledge unsure"`,
  };
}

/** True where a person has answered for a change that was made at a moment. */
export const isAcknowledged = (rollout: Rollout | undefined, version: string, changedAt: number): boolean =>
  rollout?.acknowledged?.version === version && changedAt <= rollout.acknowledged.at;

/**
 * Takes a person's word for what was changed so far.
 *
 * @param token of the halt, or `unsure`
 * @returns `undefined` when that is not what the rollout waits for
 */
export function acknowledgeRollout(rollout: Rollout, token: string, at: number): Rollout | undefined {
  const { halted, unsure, ...rest } = rollout;
  const awaited = halted?.token ?? (unsure === undefined ? undefined : "unsure");
  return token === awaited ? { ...rest, acknowledged: { version: rest.version, at } } : undefined;
}
