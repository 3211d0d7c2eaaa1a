import { describe, expect, it } from "vitest";
import type { LabelRule } from "../../../core/suggest/label-rule.ts";
import { addRules } from "./add-rules.ts";
import { parsePolicyFile } from "./parse-policy-file.ts";

const rule = (more: Partial<LabelRule> = {}): LabelRule => ({
  id: "1",
  scope: { app: ["orders"], env: ["prod"] },
  providers: { role: ["database"] },
  consumers: { role: ["web"] },
  unscopedConsumers: false,
  databases: ["orders"],
  description: "seen",
  ...more,
});

const FILE = `# whose file this is
version: 1
labels: { role: [web, batch, database], app: [orders,stock],   env: [prod] } # odd spaces stay
rule_sets:
  - name: orders
    scope: { env: prod, app: orders }
    rules:
      - consumers: role=batch # nightly
        providers: role=database # the last one
      # - a rule that was taken out

  # stock is next
  - name: stock
    scope: [app=stock, env=prod]
    rules: [{ consumers: role=web, providers: role=database }]
tests: [] # none yet
`;

/** A beginning that declares the labels, so that the rules can be read. */
const HEAD = `version: 1
labels: { role: [web, database, "ä: {"], app: [orders, stock, new, old, "a, b] #"], env: [prod] }
`;

const names = (text: string) => {
  const read = parsePolicyFile(text, { file: "policy.yaml", version: "1" });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.ruleSets.map(({ name, rules }) => `${name}: ${rules.length}`);
};

describe("addRules", () => {
  it("adds a line behind the last rule of the same scope, and changes no other byte", () => {
    const text = addRules(FILE, [rule()]);
    expect(text).toBe(
      FILE.replace(
        "# the last one\n",
        `# the last one
      - description: "seen"
        consumers: role=web
        providers: role=database
`,
      ),
    );
    expect(names(text)).toEqual(["orders: 2", "stock: 1"]);
  });

  it("makes a rule set where none has the scope, or it cannot be added to", () => {
    const text = addRules(FILE, [
      rule({ scope: { app: ["stock"], env: ["prod"] } }),
      rule({ scope: {}, unscopedConsumers: true, consumers: { role: ["web"], app: ["orders", "stock"] } }),
    ]);
    expect(text).toContain(`  - name: "suggested: everything"
    scope: all
    rules:
      - description: "seen"
        consumers: [role=web, app=orders, app=stock]
        providers: role=database
        unscoped_consumers: true
tests: [] # none yet`);
    expect(names(text)).toEqual([
      "orders: 1",
      "stock: 1",
      "suggested: stock prod: 1",
      "suggested: everything: 1",
    ]);
  });

  it("does not take a name that is taken", () => {
    const scope = { app: ["new"] };
    const once = addRules(HEAD, [rule({ scope })]);
    const twice = addRules(once.replace("[app=new]", "[app=old]"), [rule({ scope })]);
    expect(names(twice)).toEqual(["suggested: new: 1", "suggested: new 2: 1"]);
  });

  it.each([
    "",
    "rule_sets:\n",
    "rule_sets: # none\n",
    "rule_sets:\ntests: []\n",
    "rule_sets: []\ntests: []\n",
    "rule_sets: [ ] # none yet\n",
    "rule_sets: [\n]\ntests: []\n",
    "rule_sets: []",
  ])("begins the section: %j", (text) => {
    expect(names(addRules(HEAD + text, [rule()]))).toEqual(["suggested: orders prod: 1"]);
  });

  it.each([
    `${HEAD}rule_sets: [{ name: orders, scope: all, rules: [{ consumers: role=web, providers: role=database }] }]\n`,
    '{ "version": 1, "labels": { "role": ["web", "database"], "app": ["orders"], "env": ["prod"] } }\n',
  ])("says that nothing can be added between brackets: %#", (text) => {
    expect(names(text)).toBeDefined();
    expect(() => addRules(text, [rule()])).toThrow(/written in brackets/);
    expect(addRules(text, [])).toBe(text);
  });

  it("quotes what YAML would read as something else", () => {
    const text = addRules(HEAD, [
      rule({ scope: { app: ["a, b] #"] }, description: '"\n- evil: true', consumers: { role: ["ä: {"] } }),
    ]);
    expect(names(text)).toEqual(["suggested: a, b] #: 1"]);
  });
});
