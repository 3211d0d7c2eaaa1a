import { type PeerAddresses, type PrintedRule, rangesOf } from "../verify/admitted-ranges.ts";
import type { PlainRange } from "../verify/plain-range.ts";
import type { RunAtOnce, WriteAtOnce } from "./runs-at-once.ts";

/** Something that put a thing there, or took it away, at some moment between two. */
interface Deed {
  readonly run: number;
  readonly from: string;
  readonly until?: string;
}

interface ListDeed extends Deed {
  readonly groups: readonly string[];
  /** False for what a run merely found. */
  readonly set: boolean;
}

interface Standing {
  readonly group: string;
  readonly rule: PrintedRule;
  readonly put: Deed[];
  readonly taken: Deed[];
}

/** True when the second surely came after the first. */
const isAfter = (deed: Deed, before: Deed): boolean =>
  before.until !== undefined &&
  (deed.run === before.run ? deed.from >= before.until : deed.from > before.until);

/**
 * What may stand while several runs work on one database, whatever came first of what the records leave open. What is
 * not in here is surely gone, by what the runs themselves did: hands that keep no record can only have added to it.
 */
export class PossibleState {
  readonly #lists: ListDeed[] = [];
  readonly #standing = new Map<string, Standing>();
  readonly #port: number;
  readonly #members: PeerAddresses;

  constructor(runs: readonly RunAtOnce[], port: number) {
    this.#port = port;
    this.#members = new Map(runs.flatMap(({ start }) => Object.entries(start.members ?? {})));
    for (const [i, { start, from, writes }] of runs.entries()) {
      const found = { run: i, from: "", until: from };
      this.#lists.push({ ...found, groups: start.attached, set: false });
      for (const [group, rules] of Object.entries(start.groups))
        for (const rule of rules) this.#of(group, rule).put.push(found);
      for (const write of writes) this.#note(i, write);
    }
  }

  #note(run: number, { step, from, until }: WriteAtOnce): void {
    const deed = { run, from, ...(until === undefined ? {} : { until }) };
    if (step.action === "setDatabaseGroups")
      this.#lists.push({ ...deed, groups: step.groups ?? [], set: true });
    for (const rule of step.rules ?? []) {
      if (rule.direction !== "ingress") continue;
      const standing = this.#of(step.group ?? "", rule);
      if (step.action === "authorize") standing.put.push(deed);
      if (step.action === "revoke") standing.taken.push(deed);
    }
  }

  #of(group: string, rule: PrintedRule): Standing {
    const key = `${group} ${ruleText(rule)}`;
    const standing = this.#standing.get(key) ?? { group, rule, put: [], taken: [] };
    this.#standing.set(key, standing);
    return standing;
  }

  /** Whom the database may admit at a moment. */
  admitted(at: string): readonly PlainRange[] {
    const done = (deed: Deed): boolean => deed.until !== undefined && deed.until <= at;
    const sets = this.#lists.filter((list) => list.set && done(list));
    const attached = new Set(
      this.#lists
        .filter((list) => list.from <= at && !sets.some((later) => later !== list && isAfter(later, list)))
        .flatMap(({ groups }) => groups),
    );
    const rules = [...this.#standing.values()].flatMap(({ group, rule, put, taken }) => {
      if (!attached.has(group)) return [];
      const may = put.some((deed) => deed.from <= at && !taken.some((t) => done(t) && isAfter(t, deed)));
      return may ? [rule] : [];
    });
    return rangesOf(rules, this.#port, this.#members);
  }
}

/** What a rule says, to compare. */
export const ruleText = ({ direction, protocol, fromPort, toPort, source }: PrintedRule): string =>
  [direction, protocol, fromPort ?? "", toPort ?? "", source].join(" ");
