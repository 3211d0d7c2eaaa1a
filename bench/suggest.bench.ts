/**
 * Suggestions on companies whose true policy is hidden: how much of the true traffic that was seen the suggested rules
 * let in (recall), and how much of what they let in the true policy does not (over-grant), against the quality of the
 * labels; and how long a large company takes.
 *
 *     node bench/suggest.bench.ts
 */
import { cpus } from "node:os";
import type { SuggestSource } from "../src/app/suggest-estate.ts";
import { suggestPolicy } from "../src/app/suggest-policy.ts";
import type { Conversation } from "../src/core/flow/conversation.ts";
import type { DatabaseArn } from "../src/core/inventory/model.ts";
import { parseAddress } from "../src/core/net/address.ts";
import type { Policy } from "../src/core/policy/model.ts";
import { policyIndex } from "../src/core/policy/policy-index.ts";
import { resolveIndexed } from "../src/core/policy/resolve-policy.ts";
import { matchesQuery } from "../src/core/suggest/matches-query.ts";
import { SUGGEST_DEFAULTS, type Suggestion } from "../src/core/suggest/model.ts";
import { type Company, hiddenCompany } from "../test/support/hidden-company.ts";

const QUALITIES = [1, 0.99, 0.95, 0.9, 0.8, 0.7, 0.5];
const SMALL = { apps: 20, databases: 60, fleet: 4, seenShare: 0.8 };
/** About a million conversations: 1,000 for each database. */
const LARGE = { apps: 100, databases: 1_000, fleet: 190, seenShare: 0.8 };

const arnOf = (id: string): DatabaseArn => `arn:aws:rds:eu-west-1:1:db:${id}` as DatabaseArn;
const DAY = ["2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z"] as const;

/** The company as Moat would have read it: a policy without rules, and flow logs. */
function sourceOf({ workloads, databases, seen, strangers }: Company): SuggestSource {
  const hrefs = new Map<string, { readonly href: string; readonly key: string; readonly value: string }>();
  const labelsOf = (labels: Readonly<Record<string, string>>): string[] =>
    Object.entries(labels).map(([key, value]) => {
      const href = `/labels/${key}=${value}`;
      hrefs.set(href, { href, key, value });
      return href;
    });
  const objects = [
    ...workloads.map(({ address, labels }, at) => ({
      name: `w${at}`,
      address,
      labels: labelsOf(labels),
      reference: "",
    })),
    ...databases.map(({ id, address, labels }) => ({
      name: id,
      address,
      labels: labelsOf(labels),
      reference: arnOf(id),
    })),
  ];
  const policy: Policy = {
    source: "pce",
    version: "1",
    labels: [...hrefs.values()],
    labelGroups: [],
    ipLists: [],
    services: [],
    workloads: objects.map(({ name, address, labels, reference }) => ({
      href: `/workloads/${name}`,
      name,
      ...(reference === "" ? {} : { externalDataReference: reference }),
      managed: false,
      interfaces: [{ name: "eth0", address, loopback: false, linkLocal: false }],
      ignoredInterfaceNames: [],
      labels,
      unreadable: [],
    })),
    virtualServices: [],
    serviceBindings: [],
    ruleSets: [],
    complete: true,
    problems: [],
  };
  const index = policyIndex(policy);
  const conversation = (consumer: string, provider: string): Conversation => ({
    consumer,
    provider,
    port: 5432,
    protocol: "tcp",
    action: "ACCEPT",
    records: 4,
    firstSeen: DAY[0],
    lastSeen: DAY[1],
    orientedBy: "syn",
  });
  return {
    index,
    resolution: resolveIndexed(
      index,
      databases.map(({ id }) => ({
        arn: arnOf(id),
        memberArns: [],
        endpoints: [],
        addresses: [],
        port: 5432,
      })),
    ),
    addresses: databases.flatMap(({ id, address }) => {
      const parsed = parseAddress(address);
      return parsed.ok ? [{ address: parsed.value, arn: arnOf(id), id, port: 5432 }] : [];
    }),
    conversations: [
      ...seen.map(([at, to]) => conversation(workloads[at]?.address ?? "", databases[to]?.address ?? "")),
      ...strangers.map(({ address, database }) => conversation(address, databases[database]?.address ?? "")),
    ],
    inventory: { databases: databases.map(({ id }) => ({ id, arn: arnOf(id), endpoints: [], port: 5432 })) },
    plan: { policy },
  };
}

/** Recall and over-grant against the true policy, pair by pair, straight from the labels. */
function judge({ workloads, databases, allows, seen }: Company, suggestions: readonly Suggestion[]) {
  const lists = (labels: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]]));
  const open = new Set<number>();
  for (const { providers, consumers } of suggestions) {
    const to = [...databases.keys()].filter((at) =>
      matchesQuery(lists(databases[at]?.labels ?? {}), providers),
    );
    for (const [at, { labels }] of workloads.entries()) {
      if (!matchesQuery(lists(labels), consumers)) continue;
      for (const database of to) open.add(at * databases.length + database);
    }
  }
  const over = [...open].filter(
    (pair) => !allows(Math.floor(pair / databases.length), pair % databases.length),
  );
  const recalled = seen.filter(([at, to]) => open.has(at * databases.length + to)).length;
  return {
    recallPercent: percent(recalled, seen.length),
    overGrantPercent: percent(over.length, open.size),
    allowedPairs: open.size,
    seenPairs: seen.length,
  };
}

const percent = (part: number, all: number): number =>
  Math.round((all === 0 ? 0 : part / all) * 10_000) / 100;

/** One curve. @param mostUnseenShare how much that was never seen coarse labels may mean: 1 for whatever they do */
const curve = (mostUnseenShare: number) =>
  QUALITIES.map((quality) => {
    const small = hiddenCompany(SMALL, quality);
    const settings = { ...SUGGEST_DEFAULTS, mostUnseenShare };
    const found = suggestPolicy({ planned: sourceOf(small), assertions: [], settings });
    return {
      labelQuality: quality,
      ...judge(small, found.suggestions),
      rules: found.suggestions.length,
      leftovers: found.leftovers.length,
    };
  });

const bounded = curve(SUGGEST_DEFAULTS.mostUnseenShare);
const unbounded = curve(1);
const company = hiddenCompany(LARGE, 1);
const source = sourceOf(company);
const start = performance.now();
const { suggestions, totals } = suggestPolicy({ planned: source, assertions: [] });
const milliseconds = Math.round(performance.now() - start);
const large = {
  databases: company.databases.length,
  workloads: company.workloads.length,
  conversations: source.conversations?.length,
  milliseconds,
  rules: suggestions.length,
  covered: totals.covered,
  rssMiB: Math.round(process.memoryUsage().rss / 1024 / 1024),
};

const [best] = bounded;
if (best === undefined || best.recallPercent < 100 || best.overGrantPercent > 5 || milliseconds > 30_000)
  process.exitCode = 1;
process.stdout.write(
  `${JSON.stringify({ bench: "suggest", node: process.version, cpu: cpus()[0]?.model, bounded, unbounded, large }, null, 2)}\n`,
);
