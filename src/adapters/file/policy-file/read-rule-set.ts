import type { LabelTerm, RuleSet } from "../../../core/policy/model.ts";
import { type FileReader, note, type Problem, readPart } from "./file-reader.ts";
import { RuleSetHead, type ScopeShape } from "./policy-schema.ts";
import { type KnownNames, labelTerm } from "./read-actor.ts";
import { readDenyRule, readRule } from "./read-rule.ts";
import type { YamlPath } from "./yaml-source.ts";

/** Reads one entry of `rule_sets`. */
export function readRuleSet(
  reader: FileReader,
  names: KnownNames,
  raw: unknown,
  index: number,
): RuleSet | undefined {
  const path = ["rule_sets", index];
  const head = readPart(reader, RuleSetHead, withoutEmptyLists(raw), path);
  if (head === undefined) return undefined;
  const href = `${reader.root}/rule_sets/${head.name}`;
  return {
    href,
    name: head.name,
    enabled: head.enabled,
    scopes: scopesOf(reader, names, head, path),
    rules: head.rules.flatMap(
      (rule, i) =>
        readRule(reader, names, rule, { path: [...path, "rules", i], href: `${href}/rules/${i + 1}` }) ?? [],
    ),
    denyRules: head.deny_rules.flatMap(
      (rule, i) =>
        readDenyRule(reader, names, rule, {
          path: [...path, "deny_rules", i],
          href: `${href}/deny_rules/${i + 1}`,
        }) ?? [],
    ),
  };
}

/** A list whose entries are all commented out is `null` in YAML. */
function withoutEmptyLists(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return raw;
  return Object.fromEntries(
    Object.entries(raw).filter(([key, value]) => value !== null || !key.endsWith("rules")),
  );
}

type Scopes = Pick<ReturnType<typeof RuleSetHead.parse>, "scope" | "scopes">;

function scopesOf(
  reader: FileReader,
  names: KnownNames,
  { scope, scopes }: Scopes,
  path: YamlPath,
): readonly (readonly LabelTerm[])[] {
  if ((scope === undefined) === (scopes === undefined)) {
    note(reader, path, scope === undefined ? SCOPE_MISSING : SCOPE_TWICE);
    return [];
  }
  if (scope !== undefined) return [readScope(reader, names, scope, [...path, "scope"])];
  return (scopes ?? []).map((one, i) => {
    const at = [...path, "scopes", i];
    if (typeof one !== "string") return readScope(reader, names, one, at);
    note(reader, at, scopeIsNoList(one, scopes ?? []));
    return [];
  });
}

function readScope(
  reader: FileReader,
  names: KnownNames,
  scope: ScopeShape,
  path: YamlPath,
): readonly LabelTerm[] {
  if (scope === "all") return [];
  const isList = Array.isArray(scope);
  const texts = isList ? scope : Object.entries(scope).map(([key, value]) => `${key}=${value}`);
  const keys = isList ? texts.map((_, i) => i) : Object.keys(scope);
  const seen = new Set<string>();
  return texts.flatMap((text, i) => {
    const at = [...path, keys[i] ?? i];
    const key = /^\s*!?\s*([^=]+)=/.exec(text)?.[1]?.trim();
    if (key !== undefined && !text.startsWith("!")) {
      if (seen.has(key)) note(reader, at, keyTwice(key));
      seen.add(key);
    }
    return labelTerm(reader, names, text, at);
  });
}

const SCOPE_MISSING: Problem = {
  code: "POLICY_SCOPE_MISSING",
  what: "the rule set has no scope",
  why: "a scope says which objects its rules are about; to leave it out by mistake would open every one of them",
  fix: 'add "scope: [app=orders, env=prod]", or "scope: all" for rules about everything',
};

const SCOPE_TWICE: Problem = {
  code: "POLICY_SCOPE_TWICE",
  what: 'the rule set has both "scope" and "scopes"',
  why: "which of the two was meant cannot be told",
  fix: 'put all of them under "scopes", each as a list of its own',
};

function scopeIsNoList(text: string, all: readonly unknown[]): Problem {
  const labels = all.filter((one) => typeof one === "string").join(", ");
  return {
    code: "POLICY_SCOPE_SHAPE",
    what: `"${text}" is no scope`,
    why: 'each entry of "scopes" is a whole scope, and an object need fit only one of them',
    fix: `for one scope write "scope: [${labels}]"; for several, make each a list of its own`,
  };
}

function keyTwice(key: string): Problem {
  return {
    code: "POLICY_SCOPE_EMPTY",
    what: `the scope names two labels of the key "${key}"`,
    why: "all labels of a scope must hold and an object has one label of each key, so nothing would ever fit",
    fix: `write two scopes under "scopes", or one label group of "${key}"`,
  };
}
