// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files take values from tags
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicyFile } from "./parse-policy-file.ts";
import { policySchemaText } from "./policy-json-schema.ts";

const parse = (text: string) => parsePolicyFile(text, { file: "policy.yaml", version: "1" });

/** `line:column code | fix` of every problem. */
function problems(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.error.map((d) => `${d.at?.line}:${d.at?.column} ${d.code} | ${d.fix}`);
}

/** A sound file to which a case adds a section. */
const BASE = `version: 1
workloads:
  - { name: web-1, addresses: [10.0.0.1], labels: { role: web, app: orders, env: prod } }
  - { name: db, addresses: [10.0.0.2], labels: { role: database, app: orders, env: prod } }
`;
const LINES = 4;

/** A file with one rule set that has one rule. */
const withRule = (rule: string, more = "") =>
  `${BASE}rule_sets:\n  - name: orders\n    scope: all\n    rules:\n      - ${rule}\n${more}`;

const RULE = "{ consumers: role=web, providers: role=database }";

describe("a policy file", () => {
  it("is the model of a PCE's policy", async () => {
    const text = readFileSync("examples/orders/policy.yaml", "utf8");
    const parsed = parse(text);
    await expect(`${JSON.stringify(parsed, null, 2)}\n`).toMatchFileSnapshot(
      "../../../../test/golden/policy-file/orders.json",
    );
  });

  it("may have sections whose entries are all commented out", () => {
    expect(parse("version: 1\nmapping:\n# - match: {}\n")).toMatchObject({
      ok: true,
      value: { ruleSets: [] },
    });
  });

  it("keeps the line of each rule", () => {
    const parsed = parse(withRule(RULE));
    expect(parsed.ok && parsed.value.ruleSets[0]?.rules[0]).toMatchObject({
      line: LINES + 5,
      href: "policy.yaml#/rule_sets/orders/rules/1",
      services: [{ kind: "port", protocol: 6, listener: true }],
    });
  });

  it("has a published schema, which is the one that is checked (node scripts/policy-schema.ts)", () => {
    expect(readFileSync("docs/reference/policy.schema.json", "utf8")).toBe(policySchemaText());
  });
});

describe("a scope", () => {
  it.each([
    { scope: "scope: [app=orders, env=prod]", want: [["app=orders", "env=prod"]] },
    { scope: "scope: { app: orders, env: prod }", want: [["app=orders", "env=prod"]] },
    { scope: "scope: all", want: [[]] },
    { scope: "scopes: [[app=orders], { env: prod }]", want: [["app=orders"], ["env=prod"]] },
    { scope: 'scope: ["!env=prod"]', want: [["!env=prod"]] },
  ])("$scope", ({ scope, want }) => {
    const parsed = parse(`${BASE}rule_sets: [{ name: x, ${scope} }]`);
    const scopes = parsed.ok ? parsed.value.ruleSets[0]?.scopes : [];
    const text = scopes?.map((entries) =>
      entries.map((e) =>
        e.kind === "label"
          ? `${e.exclusion ? "!" : ""}${e.href.replace("policy.yaml#/labels/", "")}`
          : e.kind,
      ),
    );
    expect(text).toEqual(want);
  });
});

describe("an actor", () => {
  const more = `ip_lists: { offices: [10.1.0.0/16] }\nlabel_groups: { clients: { key: role, labels: [web] } }\n`;

  it.each([
    { actor: "role=web", want: { kind: "label", href: "policy.yaml#/labels/role=web", exclusion: false } },
    { actor: '"!role=web"', want: { kind: "label", exclusion: true } },
    { actor: "label group clients", want: { kind: "labelGroup", exclusion: false } },
    { actor: '"!label group clients"', want: { kind: "labelGroup", exclusion: true } },
    { actor: "ip list offices", want: { kind: "ipList", href: "policy.yaml#/ip_lists/offices" } },
    { actor: "workload web-1", want: { kind: "workload", href: "policy.yaml#/workloads/web-1" } },
    { actor: "all workloads", want: { kind: "ams" } },
    { actor: "{ ip_list: offices }", want: { kind: "ipList" } },
    { actor: "{ label_group: clients, exclude: true }", want: { kind: "labelGroup", exclusion: true } },
  ])("$actor", ({ actor, want }) => {
    const parsed = parse(withRule(`{ consumers: [${actor}], providers: role=database }`, more));
    expect(parsed.ok && parsed.value.ruleSets[0]?.rules[0]?.consumers).toMatchObject([want]);
  });
});

describe("a service", () => {
  it.each([
    { text: "tcp/3306", want: { protocol: 6, fromPort: 3306, toPort: 3306 } },
    { text: "tcp/3306-3310", want: { protocol: 6, fromPort: 3306, toPort: 3310 } },
    { text: "udp/53", want: { protocol: 17, fromPort: 53, toPort: 53 } },
    { text: "all", want: { protocol: -1 } },
    { text: "icmp", want: { protocol: 1 } },
  ])("$text", ({ text, want }) => {
    const parsed = parse(`version: 1\nservices: { x: ${text} }`);
    expect(parsed.ok && parsed.value.services[0]?.ports).toEqual([{ kind: "port", ...want }]);
  });
});

describe("tests", () => {
  it.each([
    {
      test: "{ from: role=web env=prod, must_reach: db }",
      want: [
        { kind: "mustReach", source: { labels: { role: ["web"], env: ["prod"] } }, target: { name: "db" } },
      ],
    },
    {
      test: "{ from: [role=web, env=prod], must_not_reach: [a, b] }",
      want: [
        { kind: "mustNotReach", source: { labels: { role: ["web"], env: ["prod"] } }, target: { name: "a" } },
        { kind: "mustNotReach", target: { name: "b" } },
      ],
    },
    {
      test: "{ from: [10.0.0.1, web-1], must_reach: role=database, port: 3307 }",
      want: [
        { source: { kind: "address" }, target: { kind: "labels" }, port: 3307 },
        { source: { kind: "workload", name: "web-1" } },
      ],
    },
    {
      test: "{ nothing_outside: role=web, reaches: db, description: only web }",
      want: [
        { kind: "nothingOutside", inside: { role: ["web"] }, name: "only web", at: { line: LINES + 1 } },
      ],
    },
  ])("$test", ({ test, want }) => {
    const parsed = parse(`${BASE}tests: [${test}]`);
    expect(parsed.ok && parsed.value.tests).toMatchObject(want);
  });
});

describe("what is wrong", () => {
  it.each([
    { of: "an empty file", text: "", want: ['1:1 POLICY_KEY_MISSING | add "version: 1" at the top'] },
    { of: "a list", text: "- a", want: ["1:1 POLICY_VALUE_INVALID | see docs/guides/policy-file.md"] },
    {
      of: "a version",
      text: "version: 2",
      want: ["1:10 POLICY_VALUE_INVALID | see docs/guides/policy-file.md"],
    },
    {
      of: "syntax",
      text: "version: 1\nrule_sets: [\n",
      want: ["3:1 POLICY_SYNTAX | mend the line: look at indentation, quotes and brackets"],
    },
    {
      of: "a twin key",
      text: "version: 1\nservices:\n  a: all\n  a: all\n",
      want: ["4:3 POLICY_DUPLICATE | rename one of them, or put the two together"],
    },
    {
      of: "a section",
      text: "version: 1\nrulesets: []",
      want: ['2:1 POLICY_KEY_UNKNOWN | did you mean "rule_sets"?'],
    },
    {
      of: "a declared value",
      text: "version: 1\nlabels: { role: [web] }\nlabel_groups: { g: { key: role, labels: [wbe] } }",
      want: ['3:42 POLICY_LABEL_UNKNOWN | did you mean "web"?'],
    },
    {
      of: "a sub-group",
      text: "version: 1\nlabel_groups: { clients: { key: role, sub_groups: [cleints] } }",
      want: ['2:52 POLICY_REFERENCE_UNKNOWN | did you mean "clients"?'],
    },
    {
      of: "a mixed group",
      text: "version: 1\nlabel_groups: { a: { key: role, sub_groups: [b] }, b: { key: env } }",
      want: ['2:46 POLICY_LABEL_GROUP_MIXED | leave it out, or make a group of "role" labels'],
    },
    {
      of: "ranges",
      text: 'version: 1\nip_lists: { a: [10.1.0.0/8, 10.0.0.9-10.0.0.4, "!300.1.1.1", 10.0.0.0/33] }',
      want: [
        '2:17 POLICY_ADDRESS_INVALID | write "10.0.0.0/8" for the block, or "10.1.0.0/32" for the address',
        '2:29 POLICY_ADDRESS_INVALID | write the lower address first, as in "10.0.0.4-10.0.0.9"',
        '2:48 POLICY_ADDRESS_INVALID | write it like "10.20.4.17" or "2001:db8::17"',
        '2:62 POLICY_ADDRESS_INVALID | write "10.0.0.0/32" for the one address',
      ],
    },
    {
      of: "an exclamation mark",
      text: "version: 1\nip_lists: { a: [10.0.0.0/8, !10.1.0.0/16] }",
      want: ['2:29 POLICY_EXCLAMATION_UNQUOTED | write "!10.1.0.0/16" in quotes'],
    },
    {
      of: "ports",
      text: 'version: 1\nservices: { a: 3306, b: "3306", c: tcp/70000, d: [tcp/9-1] }',
      want: [
        '2:16 POLICY_VALUE_INVALID | put it in quotes: "3306"',
        '2:25 POLICY_SERVICE_INVALID | write "tcp/3306"',
        '2:36 POLICY_SERVICE_INVALID | write for example "tcp/3306", "tcp/5432-5433", "udp/53", "icmp" or "all"',
        '2:51 POLICY_SERVICE_INVALID | write for example "tcp/3306", "tcp/5432-5433", "udp/53", "icmp" or "all"',
      ],
    },
    {
      of: "workloads",
      text: "version: 1\nworkloads:\n  - { name: a, addresses: [10.0.0.0/24] }\n  - { name: a, adresses: [] }\n  - { name: b, labels: { tier: 1 } }",
      want: [
        '3:28 POLICY_ADDRESS_INVALID | a workload has single addresses; put 10.0.0.0/24 under "ip_lists"',
        "4:13 POLICY_DUPLICATE | rename one of them, or put the two together",
        '4:16 POLICY_KEY_UNKNOWN | did you mean "addresses"?',
        '5:32 POLICY_VALUE_INVALID | put it in quotes: "1"',
      ],
    },
    {
      of: "mapping",
      text: 'version: 1\nmapping:\n  - { match: { kind: instanse }, labels: { a: b } }\n  - { match: {}, labels: { a: b } }\n  - { match: { cidr: 10.0.0.1/8 }, labels: { a: "${role}" } }\n  - { match: { vpc: v } }',
      want: [
        '3:22 POLICY_VALUE_INVALID | did you mean "instance"?',
        '4:14 POLICY_MAPPING_UNBOUNDED | add a condition, such as "kind: instance" or "vpc: vpc-…"',
        '5:22 POLICY_ADDRESS_INVALID | write "10.0.0.0/8" for the block, or "10.0.0.1/32" for the address',
        '5:49 POLICY_TEMPLATE_INVALID | write "${tag:Name}" with the key of the tag',
        '6:5 POLICY_KEY_MISSING | add "labels"; see docs/guides/policy-file.md',
      ],
    },
    {
      of: "databases",
      text: "version: 1\ndatabases: [{ match: { ids: a }, labels: { a: b } }]",
      want: ['2:24 POLICY_KEY_UNKNOWN | did you mean "id"?'],
    },
    {
      of: "addresses of databases",
      text: "version: 1\ndatabases: [{ match: { id: a* }, addresses: [10.0.0.256], labels: { a: b } }]",
      want: [
        '2:45 POLICY_ADDRESSES_OF_MANY | name it: "match: { id: orders }"',
        '2:46 POLICY_ADDRESS_INVALID | write it like "10.20.4.17" or "2001:db8::17"',
      ],
    },
    {
      of: "a rule set without scope",
      text: "version: 1\nrule_sets: [{ name: a }]",
      want: [
        '2:13 POLICY_SCOPE_MISSING | add "scope: [app=orders, env=prod]", or "scope: all" for rules about everything',
      ],
    },
    {
      of: "scopes that are one",
      text: `${BASE}rule_sets: [{ name: a, scopes: [app=orders] }]`,
      want: [
        '5:33 POLICY_SCOPE_SHAPE | for one scope write "scope: [app=orders]"; for several, make each a list of its own',
      ],
    },
    {
      of: "a scope that nothing fits",
      text: `${BASE}rule_sets: [{ name: a, scope: [env=prod, env=prod] }]`,
      want: ['5:42 POLICY_SCOPE_EMPTY | write two scopes under "scopes", or one label group of "env"'],
    },
    {
      of: "twin rule sets",
      text: "version: 1\nrule_sets: [{ name: a, scope: all }, { name: a, scope: all }]",
      want: ["2:46 POLICY_DUPLICATE | rename one of them, or put the two together"],
    },
    {
      of: "a key of a rule",
      text: withRule("{ consumer: role=web, providers: role=database }"),
      want: [
        '9:9 POLICY_KEY_MISSING | add "consumers"; see docs/guides/policy-file.md',
        '9:11 POLICY_KEY_UNKNOWN | did you mean "consumers"?',
      ],
    },
    {
      of: "actors",
      text: withRule(
        "{ consumers: [role=wbe, rol=web, web, 10.0.0.0/8, ip lst x, ip list x, workload x], providers: role=database }",
      ),
      want: [
        '9:23 POLICY_LABEL_UNKNOWN | did you mean "web"?',
        '9:33 POLICY_LABEL_UNKNOWN | did you mean "role"?',
        '9:42 POLICY_ACTOR_INVALID | write it as key=value, such as "role=web"',
        '9:47 POLICY_ACTOR_INVALID | put the addresses under "ip_lists" and write "ip list <name>"',
        '9:59 POLICY_ACTOR_INVALID | did you mean "ip list …"?',
        '9:69 POLICY_REFERENCE_UNKNOWN | define it under "ip_lists"; there are none under "ip_lists"',
        '9:80 POLICY_REFERENCE_UNKNOWN | define it under "workloads"; known: web-1, db',
      ],
    },
    {
      of: "a structured actor",
      text: withRule("{ consumers: { label: role=web, workload: db }, providers: { iplist: x } }"),
      want: ['9:70 POLICY_KEY_UNKNOWN | did you mean "ip_list"?'],
    },
    {
      of: "two actors in one",
      text: withRule("{ consumers: { label: role=web, workload: db }, providers: role=database }"),
      want: ["9:22 POLICY_ACTOR_INVALID | write one entry for each"],
    },
    {
      of: "services of a rule",
      text: withRule(
        "{ consumers: role=web, providers: role=database, services: [mysqll, '3307'] }",
        "services: { mysql: tcp/3306 }",
      ),
      want: [
        '9:69 POLICY_REFERENCE_UNKNOWN | did you mean "mysql"?',
        '9:77 POLICY_SERVICE_INVALID | write "tcp/3307"',
      ],
    },
    {
      of: "virtual services",
      text: withRule(
        "{ consumers: role=web, providers: role=database, resolve_labels_as: { providers: virtual_services } }",
      ),
      want: ['9:90 POLICY_NO_VIRTUAL_SERVICES | leave "resolve_labels_as" out, or write "workloads"'],
    },
    {
      of: "tests",
      text: `${BASE}tests:\n  - { from: role=web }\n  - { nothing_outside: 10.0.0.1, reaches: db }\n  - { from: role=wep, must_reach: db }`,
      want: [
        "6:5 POLICY_TEST_INVALID | write for example { from: role=web, must_reach: orders }",
        '7:24 POLICY_TEST_INVALID | write for example "nothing_outside: role=web app=orders"',
        '8:13 POLICY_LABEL_UNKNOWN | did you mean "web"?',
      ],
    },
  ])("with $of is told with its place", ({ text, want }) => {
    expect(problems(text)).toEqual(want);
  });

  it("is told all at once, in the order of lines", () => {
    const lines = problems(
      withRule("{ consumers: role=wbe, providers: role=databse, service: all }", "tset: []\n"),
    );
    expect(lines.map((l) => l.split(" ")[0])).toEqual(["9:22", "9:43", "9:57", "10:1"]);
  });

  it("has a reason and a fix, always", () => {
    const parsed = parse(withRule("{ consumers: 1, providers: [] , enabled: yes }"));
    for (const problem of parsed.ok ? [] : parsed.error) {
      expect(problem.what.length * problem.why.length * problem.fix.length).toBeGreaterThan(0);
    }
    expect(parsed.ok).toBe(false);
  });

  it("does not include a label whose value comes from a tag", () => {
    const mapping = "mapping: [{ match: { kind: instance }, labels: { role: '${tag:Role}' } }]\n";
    expect(problems(withRule("{ consumers: role=anything, providers: role=database }", mapping))).toEqual([]);
  });

  it("is told about any text at all: nothing is thrown", () => {
    const text = readFileSync("examples/orders/policy.yaml", "utf8");
    const edit = fc.record({
      at: fc.nat(text.length),
      length: fc.nat(12),
      by: fc.constantFrom(
        "",
        "{",
        "]",
        ":",
        " ",
        "\n",
        "!",
        "*x",
        "&x ",
        "'",
        "- ",
        "null",
        "__proto__: 1",
        "7",
        "constructor",
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const broken = edits.reduce(
          (t, { at, length, by }) => t.slice(0, at) + by + t.slice(at + length),
          text,
        );
        const parsed = parse(broken);
        for (const problem of parsed.ok ? [] : parsed.error) expect(problem.at?.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "labels: { constructor: [a] }\nworkloads: [{ name: toString, labels: { constructor: a } }]",
    "label_groups: { constructor: { key: valueOf } }",
  ])("is not found in names that objects have by birth: %s", (text) => {
    expect(problems(`version: 1\n${text}`)).toEqual([]);
  });

  it("may be aliases without end", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]`;
    expect(problems(bomb)[0]).toContain("POLICY_SYNTAX");
  });
});

describe("the guide", () => {
  it.each(
    [
      ...readFileSync("docs/guides/policy-file.md", "utf8").matchAll(
        /```yaml\n((?:version|ip_lists|workloads)[\s\S]*?)```/g,
      ),
    ].map((match) => match[1] ?? ""),
  )("shows what can be read: %s", (text) => {
    expect(problems(text.startsWith("version") ? text : `version: 1\n${text}`)).toEqual([]);
  });
});
