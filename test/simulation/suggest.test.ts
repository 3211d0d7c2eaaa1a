import { describe, expect, it } from "vitest";
import { addRules } from "../../src/adapters/file/policy-file/add-rules.ts";
import { parsePolicyFile } from "../../src/adapters/file/policy-file/parse-policy-file.ts";
import type { SuggestSource } from "../../src/app/suggest-estate.ts";
import { suggestPolicy } from "../../src/app/suggest-policy.ts";
import type { Conversation } from "../../src/core/flow/conversation.ts";
import type { DatabaseArn } from "../../src/core/inventory/model.ts";
import { parseAddress } from "../../src/core/net/address.ts";
import { contains } from "../../src/core/net/address-set.ts";
import { policyIndex } from "../../src/core/policy/policy-index.ts";
import { resolveIndexed } from "../../src/core/policy/resolve-policy.ts";
import { labelRule } from "../../src/core/suggest/label-rule.ts";
import { SUGGEST_DEFAULTS } from "../../src/core/suggest/model.ts";
import { type Company, hiddenCompany } from "../support/hidden-company.ts";

/** `MOAT_SUGGEST_SEED=17 MOAT_SUGGEST_SEEDS=1` plays that one company. */
const FIRST = Number(process.env.MOAT_SUGGEST_SEED ?? 1);
const COUNT = Number(process.env.MOAT_SUGGEST_SEEDS ?? 24);
const SIZE = { apps: 3, databases: 12, fleet: 2, seenShare: 0.8 };
const DAYS = 4;
const PORT = 5432;

type Pair = readonly [workload: number, database: number];

/** An address that is no workload's: no label rule may follow from it. */
const STRANGER = "192.0.2.7";

/**
 * Administrators reach no database of these companies, and nobody may come to the first from outside its environment:
 * what a careful owner would write down before anything is suggested.
 */
const boundariesOf = ({ databases: [first] }: Company): string => {
  const { env } = first?.labels ?? {};
  const apart = env === undefined ? [] : [`  - { nothing_outside: env=${env}, reaches: db0 }`];
  return ["tests:", "  - { from: role=admin, must_not_reach: [db1, db2, db3] }", ...apart].join("\n");
};

/** What the company's people have written down: who is who, and not one rule. */
function policyText(company: Company): string {
  const workload = (name: string, address: string, labels: object, arn?: string): string =>
    `  - ${JSON.stringify({ name, addresses: [address], labels, external_data_reference: arn })}`;
  return [
    "version: 1",
    "workloads:",
    ...company.workloads.map(({ address, labels }, at) => workload(`w${at}`, address, labels)),
    ...company.databases.map(({ id, address, labels }) => workload(id, address, labels, arnOf(id))),
    "rule_sets: []",
    boundariesOf(company),
    "",
  ].join("\n");
}

const arnOf = (id: string): DatabaseArn => `arn:aws:rds:eu-west-1:1:db:${id}` as DatabaseArn;

/** Reads a policy file as Moat does and resolves it for the company's databases. */
function read(company: Company, text: string) {
  const parsed = parsePolicyFile(text, { file: "policy.yaml", version: "1" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const policy = parsed.value;
  const index = policyIndex(policy);
  const identities = company.databases.map(({ id, address }) => ({
    arn: arnOf(id),
    memberArns: [],
    endpoints: [],
    addresses: [address],
    port: PORT,
  }));
  return { policy, index, resolution: resolveIndexed(index, identities) };
}

/** Whether a policy file lets a workload into a database, by the resolver that security groups come from. */
function gate(company: Company, text: string): (pair: Pair) => boolean {
  const { resolution } = read(company, text);
  return ([workload, database]) => {
    const address = parseAddress(company.workloads[workload]?.address ?? "");
    const answer = resolution.databases.get(arnOf(company.databases[database]?.id ?? ""));
    return address.ok && answer !== undefined && contains(answer.allowed, address.value);
  };
}

function conversation(consumer: string, provider: string, day: number): Conversation {
  return {
    consumer,
    provider,
    port: PORT,
    protocol: "tcp",
    action: "ACCEPT",
    records: 4 * (day + 1),
    firstSeen: "2026-08-01T00:00:00Z",
    lastSeen: `2026-08-0${day + 1}T12:00:00Z`,
    orientedBy: "syn",
  };
}

/** Suggests from what was seen up to a day, and writes it into the policy file. */
function suggestUpTo(company: Company, seen: readonly Pair[], day: number) {
  const text = policyText(company);
  const { policy, index, resolution } = read(company, text);
  const planned: SuggestSource = {
    index,
    resolution,
    addresses: company.databases.flatMap(({ id, address }) => {
      const parsed = parseAddress(address);
      return parsed.ok ? [{ address: parsed.value, arn: arnOf(id), id, port: PORT }] : [];
    }),
    conversations: [
      ...seen.map(([from, to]) =>
        conversation(company.workloads[from]?.address ?? "", company.databases[to]?.address ?? "", day),
      ),
      conversation(STRANGER, company.databases[0]?.address ?? "", day),
    ],
    inventory: {
      databases: company.databases.map(({ id }) => ({ id, arn: arnOf(id), endpoints: [], port: PORT })),
    },
    plan: { policy },
  };
  // Coarse labels are part of these companies; how much they may let in is what the second test counts.
  const settings = { ...SUGGEST_DEFAULTS, mostUnseenShare: 1 };
  const report = suggestPolicy({ planned, assertions: policy.tests ?? [], settings });
  return { ...report, written: addRules(text, report.suggestions.map(labelRule)) };
}

const seenBy = (company: Company, day: number): readonly Pair[] =>
  company.seen.filter((_, at) => at % DAYS <= day);

const seeds = Array.from({ length: COUNT }, (_, at) => FIRST + at);
const replay = (seed: number): string =>
  `MOAT_SUGGEST_SEED=${seed} MOAT_SUGGEST_SEEDS=1 npm exec -c 'vitest run test/simulation/suggest.test.ts'`;

describe("suggestions for companies whose true policy nobody wrote down", () => {
  it("written into a policy file and resolved, let in every true conversation that was seen, and few besides", () => {
    let [open, over] = [0, 0];
    for (const seed of seeds) {
      const company = hiddenCompany(SIZE, 1, seed);
      const { written, leftovers } = suggestUpTo(company, company.seen, 0);
      const allows = gate(company, written);
      expect(
        company.seen.filter((pair) => !allows(pair)),
        replay(seed),
      ).toEqual([]);
      expect(
        leftovers.map(({ consumer, kind }) => [consumer, kind]),
        replay(seed),
      ).toEqual([[STRANGER, "unknownAddress"]]);
      for (const pair of pairsOf(company)) {
        if (!allows(pair)) continue;
        open += 1;
        if (!company.allows(...pair)) over += 1;
      }
    }
    expect(open).toBeGreaterThan(COUNT * 100);
    expect(over / open).toBeLessThan(0.05);
  });

  it.each([1, 0.95, 0.8])(
    "cover or name whoever was seen, and cross no boundary, with labels of quality %d",
    (quality) => {
      let [crossing, named] = [0, 0];
      for (const seed of seeds) {
        const company = hiddenCompany(SIZE, quality, seed);
        const { written, leftovers } = suggestUpTo(company, company.seen, 0);
        const allows = gate(company, written);
        const left = new Set(
          leftovers.flatMap(({ consumer, databases }) => databases.map((id) => `${consumer} ${id}`)),
        );
        for (const pair of company.seen) {
          if (allows(pair)) continue;
          named += 1;
          expect(left, replay(seed)).toContain(`w${pair[0]} db${pair[1]}`);
        }
        for (const pair of pairsOf(company)) {
          if (!isOutside(company, pair)) continue;
          crossing += 1;
          expect([...pair, allows(pair)], replay(seed)).toEqual([...pair, false]);
        }
      }
      expect(crossing).toBeGreaterThan(COUNT);
      if (quality < 1) expect(named).toBeGreaterThan(COUNT);
    },
  );

  it("keep whomever they covered as days go by, and are the same on a day that shows nobody new", () => {
    let grew = 0;
    for (const seed of seeds.slice(0, Math.ceil(COUNT / 3))) {
      const company = hiddenCompany(SIZE, 0.95, seed);
      const days = Array.from({ length: DAYS }, (_, day) => suggestUpTo(company, seenBy(company, day), day));
      for (const [day, { written }] of days.entries()) {
        const next = days[day + 1];
        if (next === undefined) continue;
        const [held, holds] = [gate(company, written), gate(company, next.written)];
        grew += seenBy(company, day + 1).filter((pair) => holds(pair) && !held(pair)).length;
        for (const pair of seenBy(company, day)) {
          if (held(pair)) expect([...pair, holds(pair)], replay(seed)).toEqual([...pair, true]);
        }
      }
      const idsOf = (found: (typeof days)[number] | undefined) => found?.suggestions.map(({ id }) => id);
      const quiet = suggestUpTo(company, seenBy(company, DAYS - 1), DAYS);
      expect(idsOf(quiet), replay(seed)).toEqual(idsOf(days.at(-1)));
    }
    expect(grew).toBeGreaterThan(0);
  });
});

function* pairsOf({ workloads, databases }: Company): Generator<Pair> {
  for (const from of workloads.keys()) for (const to of databases.keys()) yield [from, to];
}

/** Whether a boundary keeps the pair apart, straight from the labels. */
function isOutside({ workloads, databases }: Company, [from, to]: Pair): boolean {
  const labels = workloads[from]?.labels ?? {};
  if (to >= 1 && to <= 3 && labels.role === "admin") return true;
  const env = databases[0]?.labels.env;
  return to === 0 && env !== undefined && labels.env !== env;
}
