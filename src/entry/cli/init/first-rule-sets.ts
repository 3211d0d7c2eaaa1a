import type {
  PolicySuggestion,
  SuggestedRuleSet,
} from "../../../core/policy/mapping/suggest/suggest-policy.ts";
import { labelText, shortTime } from "../render/quantity.ts";
import type { Seen, SeenConsumer } from "./seen-consumers.ts";
import { oneLine, scalar } from "./yaml-scalar.ts";

/** Comments name at most so many consumers of a rule set. */
const MOST_NAMED = 20;

/** A rule set for each application and environment that has databases. */
export function firstRuleSets({ ruleSets }: PolicySuggestion, seen: Seen | undefined): readonly string[] {
  return [
    "",
    seen === undefined
      ? "# Who may reach what. No flow logs were read: the rules let in what runs beside a database. Take out what need not."
      : "# Who may reach what. The rules let in what was seen, of the same application and environment.",
    "rule_sets:",
    ...(ruleSets.length === 0
      ? ["  # - name: …"]
      : [...namesOf(ruleSets)].flatMap(([set, name]) => ["", ...oneRuleSet(set, name, seen)]).slice(1)),
  ];
}

function oneRuleSet(set: SuggestedRuleSet, name: string, seen: Seen | undefined): readonly string[] {
  const here = seenAt(set, seen);
  const roles = rolesOf(set, seen);
  const strangers = here.filter((s) => !set.roles.some((role) => isInside(set, s, role)));
  const unseen = set.roles.filter((role) => !roles.includes(role));
  return [
    `  - name: ${scalar(name)}`,
    `    scope: ${scopeOf(set)}`,
    "    rules:",
    ...untold(set, seen),
    ...roles.flatMap((role) => ruleLines(set, role)),
    ...unseen.flatMap((role) => [
      `      # ${oneLine(role)} was not seen; a nightly or monthly run may be missing from the logs:`,
      ...ruleLines(set, role).map((line) => line.replace(/^ {6}/, "      # ")),
    ]),
    ...(set.roles.length === 0 ? ["      # - { consumers: role=…, providers: role=database }"] : []),
    ...strangers.slice(0, MOST_NAMED).flatMap((s) => stranger(s)),
    ...(strangers.length > MOST_NAMED
      ? [`      # … and ${strangers.length - MOST_NAMED} more: moat flows`]
      : []),
  ];
}

const ruleLines = (set: SuggestedRuleSet, role: string): readonly string[] => [
  `      - description: ${scalar(`${oneLine(role)} uses ${set.databases.join(", ")}`)}`,
  `        consumers: ${scalar(`role=${role}`)}`,
  "        providers: role=database",
];

/** Databases that share groups and a port with another one: nothing in AWS says which interface is whose. */
function untold(set: SuggestedRuleSet, seen: Seen | undefined): readonly string[] {
  const ids = seen === undefined ? [] : set.databases.filter((id) => !seen.databases.has(id));
  if (ids.length === 0) return [];
  return [
    `      # Nothing in AWS tells which address is that of ${oneLine(ids.join(", "))}, so flows to it were not counted and every role`,
    "      # beside it gets a rule. Give it addresses under databases, then moat plan says who would lose access.",
  ];
}

const seenAt = (set: SuggestedRuleSet, seen: Seen | undefined): readonly SeenConsumer[] =>
  (seen?.consumers ?? []).filter((s) => set.databases.includes(s.database) && !s.rejected);

/** The roles that get a rule: those that were seen, or all where nobody could have been. */
function rolesOf(set: SuggestedRuleSet, seen: Seen | undefined): readonly string[] {
  if (seen === undefined || set.databases.some((id) => !seen.databases.has(id))) return set.roles;
  const here = seenAt(set, seen);
  return set.roles.filter((role) => here.some((s) => isInside(set, s, role)));
}

const nameOf = ({ app, env, databases }: SuggestedRuleSet): string =>
  [app, env].filter((part) => part !== undefined).join(" ") || databases.join(" ");

/** The names of all rule sets; an application and an environment of one name get a number. */
function namesOf(ruleSets: readonly SuggestedRuleSet[]): ReadonlyMap<SuggestedRuleSet, string> {
  const taken = new Set<string>();
  return new Map(
    ruleSets.map((set) => {
      let name = nameOf(set);
      for (let n = 2; taken.has(name); n += 1) name = `${nameOf(set)} (${n})`;
      taken.add(name);
      return [set, name];
    }),
  );
}

function scopeOf({ app, env }: SuggestedRuleSet): string {
  const entries = [
    ...(app === undefined ? [] : [`app: ${scalar(app)}`]),
    ...(env === undefined ? [] : [`env: ${scalar(env)}`]),
  ];
  return entries.length === 0
    ? "[role=database] # only the databases themselves: label them by app and env"
    : `{ ${entries.join(", ")} }`;
}

function isInside(set: SuggestedRuleSet, { labels }: SeenConsumer, role: string): boolean {
  const has = (key: string, value: string | undefined): boolean =>
    value === undefined || labels[key]?.includes(value) === true;
  return has("role", role) && has("app", set.app) && has("env", set.env);
}

/** Somebody who was seen and whom no rule above lets in. */
function stranger({ consumer, database, labels, records, lastSeen }: SeenConsumer): readonly string[] {
  const text = oneLine(labelText(labels));
  const when = lastSeen === undefined ? "" : `, last ${shortTime(lastSeen)}`;
  const was = `      # seen at ${database}: ${consumer}${text === "" ? ", which has no labels" : ` ${text}`} (${records} records${when})`;
  if (text === "") return [`${was}: an ip list, a label, or nobody who should?`];
  const actors = text.split(" ").map(scalar).join(", ");
  return [was, `      # - { consumers: [${actors}], providers: role=database, unscoped_consumers: true }`];
}

/** Tests that hold for the rules above, and keep holding or say so. */
export function firstTests({ ruleSets }: PolicySuggestion, seen: Seen | undefined): readonly string[] {
  const tests = ruleSets
    .filter((set) => inside(set) !== "")
    .flatMap((set) => [
      ...rolesOf(set, seen).flatMap((role) =>
        testable(set).map((id) => testLine({ from: `role=${role} ${inside(set)}`, must_reach: id })),
      ),
      ...testable(set).map((id) => testLine({ nothing_outside: inside(set), reaches: id })),
    ]);
  return [
    "",
    "# What must hold, whatever the rules say: moat test tries it, on the policy, on the rules made of it, and in AWS.",
    "tests:",
    ...(tests.length === 0 ? ["  # - { from: role=web, must_reach: … }"] : tests),
  ];
}

/** Ids as AWS gives them; others would read as labels or addresses. */
const testable = ({ databases }: SuggestedRuleSet): readonly string[] =>
  databases.filter((id) => /^[A-Za-z][\w.-]*$/.test(id));

const testLine = (sentence: Readonly<Record<string, string>>): string =>
  `  - { ${Object.entries(sentence)
    .map(([key, value]) => `${key}: ${scalar(value)}`)
    .join(", ")} }`;

/** The labels of a rule set's scope, as a test names them; empty when a value cannot be written so. */
function inside({ app, env, roles }: SuggestedRuleSet): string {
  const values = [app, env, ...roles].filter((value) => value !== undefined);
  if (values.some((value) => /[\s,|=]/.test(value))) return "";
  return [app === undefined ? "" : `app=${app}`, env === undefined ? "" : `env=${env}`]
    .filter((t) => t !== "")
    .join(" ");
}
