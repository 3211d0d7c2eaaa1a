import {
  holds,
  meant,
  type PeerAddresses,
  type PrintedRule,
  rangesOf,
  stretches,
} from "./admitted-ranges.ts";
import { type PlainRange, plainText } from "./plain-range.ts";
import { closedWay, differentWay, type Outbound, openedWay, outboundOf } from "./verify-outbound.ts";

/** A step as plans print it. */
export interface PrintedStep {
  readonly action: string;
  readonly group?: string;
  /** Of a group that is to be made. */
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly rules?: readonly PrintedRule[];
}

/** What the verifier needs of one database's printed plan. */
export interface PrintedDatabase {
  readonly id: string;
  readonly port?: number;
  readonly attachedGroups: readonly string[];
  readonly rules: readonly PrintedRule[];
  readonly steps: readonly PrintedStep[];
  /** Where it says `left`, what it names stays although policy does not say so; without a rule, the whole group. */
  readonly drift?: readonly PrintedDrift[];
  /** Groups that are not the owner's to take away: what they let in stays, too. */
  readonly keptGroups?: readonly string[];
  /** Set where the plan governs what the database may open, too. Absent: that stays as it is, or becomes less. */
  readonly egress?: {
    /** `waits`: it does not yet. */
    readonly state: string;
    readonly rules: readonly PrintedRule[];
    /** Rules that stay although policy does not say so. */
    readonly kept: readonly PrintedRule[];
  };
}

/** A difference from what was left there, as plans print it. */
interface PrintedDrift {
  readonly left: boolean;
  readonly group: string;
  readonly rule?: PrintedRule;
}

/** The world the plan was made for. */
export interface PrintedWorld {
  /** Rules by group id. */
  readonly groups: ReadonlyMap<string, readonly PrintedRule[]>;
  readonly members: PeerAddresses;
  /** Groups of whose egress nobody said anything. */
  readonly egressUnknown?: ReadonlySet<string>;
}

/** A step after which somebody is cut off, or let in, who must not be. */
export interface Violation {
  readonly database: string;
  /** Counted from 1. */
  readonly step: number;
  readonly what: string;
}

export interface Verification {
  readonly steps: number;
  /** An address that is not as policy says after the last step. */
  readonly notThere?: string;
  readonly violations: readonly Violation[];
}

/**
 * Checks a printed plan without any of the code that made it: carries the steps out on a copy of the groups and looks,
 * after each, at every stretch of addresses that any rule tells apart. Allowed before and after must be allowed now;
 * allowed now must be allowed before or after.
 *
 * @param reachesEnd false for steps that were broken off: then what is left open at the end is no violation
 */
export function verifyDatabase(
  database: PrintedDatabase,
  world: PrintedWorld,
  reachesEnd = true,
): Verification {
  const port = database.port;
  if (port === undefined || database.steps.length === 0) return { steps: 0, violations: [] };
  const state = stateOf(database.attachedGroups, world);
  const wanted = rangesOf(
    [...database.rules.flatMap(meant), ...leftAlone(database, world)],
    port,
    world.members,
  );
  const before = admitted(state, port, world);
  const ways = outwards(database, world, state);
  const violations: Violation[] = [];
  for (const [i, step] of database.steps.entries()) {
    const impossible = carryOut(state, step);
    const now = admitted(state, port, world);
    const wrong = impossible ?? cutOff(before, wanted, now) ?? letIn(before, wanted, now) ?? ways.wrong();
    if (wrong !== undefined) violations.push({ database: database.id, step: i + 1, what: wrong });
  }
  const end = admitted(state, port, world);
  const gap = difference(wanted, end) ?? difference(end, wanted);
  const notThere = gap === undefined ? ways.gap() : plainText(gap);
  const steps = database.steps.length;
  if (notThere === undefined) return { steps, violations };
  if (reachesEnd)
    violations.push({
      database: database.id,
      step: steps,
      what: `at the end ${notThere} is not as policy says`,
    });
  return { steps, violations, notThere };
}

/** What the database itself may open, as steps change it. */
interface Outwards {
  /** Why the state now must not be. */
  readonly wrong: () => string | undefined;
  /** What is not as policy says, where policy says it. */
  readonly gap: () => string | undefined;
}

const UNKNOWN: Outwards = { wrong: () => undefined, gap: () => undefined };

/**
 * Where a plan does not govern egress, whatever stands before and after all steps stands at each of them, and no way out
 * is ever opened that was not open before. Where it does, policy says what is to be open in the end.
 */
function outwards(database: PrintedDatabase, world: PrintedWorld, state: State): Outwards {
  if (database.attachedGroups.some((id) => world.egressUnknown?.has(id) === true)) return UNKNOWN;
  const before = outbound(state, world);
  const egress = database.egress?.state === "waits" ? undefined : database.egress;
  const wanted = egress === undefined ? outcome(database, world) : wantedWays(database, egress, world);
  return {
    wrong: () => {
      const now = outbound(state, world);
      const closed = closedWay(before, wanted, now);
      if (closed !== undefined) return `the database cannot open ${closed} although it may before and after`;
      const opened = openedWay(before, egress === undefined ? [] : wanted, now);
      if (opened === undefined) return undefined;
      return `the database can open ${opened} although it may neither before nor after`;
    },
    gap: () => {
      const gap = egress === undefined ? undefined : differentWay(outbound(state, world), wanted);
      return gap === undefined ? undefined : `egress to ${gap}`;
    },
  };
}

const outbound = (state: State, world: PrintedWorld): Outbound =>
  outboundOf(
    state.attached.flatMap((id) => state.groups.get(id) ?? []),
    world.members,
  );

/** What is open once all steps are done. */
function outcome({ steps, attachedGroups }: PrintedDatabase, world: PrintedWorld): Outbound {
  const state = stateOf(attachedGroups, world);
  for (const step of steps) carryOut(state, step);
  return outbound(state, world);
}

function wantedWays(
  database: PrintedDatabase,
  { rules, kept }: NonNullable<PrintedDatabase["egress"]>,
  world: PrintedWorld,
): Outbound {
  const left = leftAlone(database, world).filter((rule) => rule.direction === "egress");
  return outboundOf([...rules, ...kept, ...left], world.members);
}

/** Rules that the plan says are nobody's business of ours: they are part of what must be true in the end. */
function leftAlone(
  { drift = [], keptGroups = [] }: PrintedDatabase,
  { groups }: PrintedWorld,
): readonly PrintedRule[] {
  const rules = drift.flatMap(({ left, rule }) => (left && rule !== undefined ? [rule] : []));
  const whole = drift.flatMap(({ left, group, rule }) => (left && rule === undefined ? [group] : []));
  return [...rules, ...[...new Set([...whole, ...keptGroups])].flatMap((id) => groups.get(id) ?? [])];
}

interface State {
  readonly groups: Map<string, PrintedRule[]>;
  attached: string[];
  /** What EC2 puts into a new group. */
  readonly born: PrintedRule[];
}

const openTo = (source: string): PrintedRule => ({ direction: "egress", protocol: "-1", source });

/** A rule for IPv6 in an attached group tells that the VPC has it, and that new groups open it, too. */
function bornRules(attached: readonly string[], { groups }: PrintedWorld): PrintedRule[] {
  const rules = attached.flatMap((id) => groups.get(id) ?? []);
  const isV6 = rules.some(({ direction, source }) => direction === "egress" && source.includes(":"));
  return [openTo("0.0.0.0/0"), ...(isV6 ? [openTo("::/0")] : [])];
}

const stateOf = (attached: readonly string[], world: PrintedWorld): State => ({
  groups: new Map([...world.groups].map(([id, rules]) => [id, [...rules]])),
  attached: [...attached],
  born: bornRules(attached, world),
});

/** Carries out one step on the copy; says why where AWS would refuse. */
function carryOut(state: State, step: PrintedStep): string | undefined {
  const group = step.group ?? "";
  switch (step.action) {
    case "createSecurityGroup":
      return change(state, group, false, () => state.born);
    case "authorize":
      return change(state, group, true, (standing) => [...standing, ...(step.rules ?? [])]);
    case "revoke":
      return change(state, group, true, (standing) => without(standing, step.rules ?? []));
    case "setDatabaseGroups":
      state.attached = [...(step.groups ?? [])];
      return attachmentProblem(state);
    case "deleteSecurityGroup":
      state.groups.delete(group);
      return state.attached.includes(group) ? `${group} is attached` : undefined;
    default:
      return undefined;
  }
}

/** Replaces a group's rules; it must exist already, or must not. */
function change(
  state: State,
  group: string,
  exists: boolean,
  rules: (standing: readonly PrintedRule[]) => PrintedRule[],
): string | undefined {
  const standing = state.groups.get(group);
  state.groups.set(group, rules(standing ?? []));
  if ((standing !== undefined) === exists) return undefined;
  return exists ? `${group} does not exist` : `${group} exists already`;
}

function attachmentProblem(state: State): string | undefined {
  if (state.attached.length === 0) return "the database would carry no group";
  const unknown = state.attached.find((id) => !state.groups.has(id));
  return unknown === undefined ? undefined : `${unknown} does not exist`;
}

const without = (rules: readonly PrintedRule[], gone: readonly PrintedRule[]): PrintedRule[] =>
  rules.filter((rule) => !gone.some((other) => same(other, rule)));

const same = (a: PrintedRule, b: PrintedRule): boolean =>
  a.direction === b.direction &&
  a.protocol === b.protocol &&
  a.fromPort === b.fromPort &&
  a.toPort === b.toPort &&
  a.source === b.source;

const admitted = (state: State, port: number, world: PrintedWorld): readonly PlainRange[] =>
  rangesOf(
    state.attached.flatMap((id) => state.groups.get(id) ?? []),
    port,
    world.members,
  );

function cutOff(
  before: readonly PlainRange[],
  wanted: readonly PlainRange[],
  now: readonly PlainRange[],
): string | undefined {
  const both = stretches(before, wanted, now).find(
    (at) => holds(before, at) && holds(wanted, at) && !holds(now, at),
  );
  return both === undefined ? undefined : `${plainText(both)} is cut off although allowed before and after`;
}

function letIn(
  before: readonly PlainRange[],
  wanted: readonly PlainRange[],
  now: readonly PlainRange[],
): string | undefined {
  const stranger = stretches(before, wanted, now).find(
    (at) => holds(now, at) && !holds(before, at) && !holds(wanted, at),
  );
  return stranger === undefined
    ? undefined
    : `${plainText(stranger)} is let in although allowed neither before nor after`;
}

/** The first address that one list holds and the other does not. */
const difference = (a: readonly PlainRange[], b: readonly PlainRange[]): bigint | undefined =>
  stretches(a, b).find((at) => holds(a, at) && !holds(b, at));
