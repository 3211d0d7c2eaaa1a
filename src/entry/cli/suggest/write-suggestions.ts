import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { addRules } from "../../../adapters/file/policy-file/add-rules.ts";
import { policyTextSource } from "../../../adapters/file/policy-file/policy-file.ts";
import { replaceFile } from "../../../adapters/file/replace-file.ts";
import { planDatabases } from "../../../app/plan-databases.ts";
import { labelRule } from "../../../core/suggest/label-rule.ts";
import { CliProblem, throwProblems } from "../problem.ts";
import { counted } from "../render/quantity.ts";
import { proveSuggestions } from "./prove-suggestions.ts";
import type { SuggestRun } from "./suggest-run.ts";

/** Adds the chosen suggestions to the policy file, once it is proven that they do what they say. */
export async function writeSuggestions(run: SuggestRun, to: string | true): Promise<void> {
  const { context, settings, planned, report } = run;
  const from = await policyFile(settings.policy);
  const path = to === true ? from : to;
  if (report.suggestions.length === 0) {
    context.progress(`There is nothing to write to ${path}`);
    return;
  }
  const before = await readFile(from, "utf8");
  const text = addRules(before, report.suggestions.map(labelRule));
  const policy = await policyTextSource(path, async () => text).read("active");
  const { publicIp, directActorsIgnoreScope } = settings.config;
  const after = planDatabases({
    inventory: planned.inventory,
    policy,
    settings: settings.plan,
    resolve: { includePublicIp: publicIp, directActorsIgnoreScope },
  });
  throwProblems(proveSuggestions(run, after));
  if (path === from) await unchanged(from, before);
  await replaceFile(path, text);
  context.progress(
    `Wrote ${counted(report.suggestions.length, "rule")} to ${path}. Read again, it lets in everybody whom they cover`,
  );
}

async function unchanged(path: string, text: string): Promise<void> {
  const digest = (of: string): string => createHash("sha256").update(of).digest("hex");
  if (digest(await readFile(path, "utf8")) === digest(text)) return;
  throw new CliProblem({
    code: "POLICY_CHANGED_MEANWHILE",
    what: `"${path}" has changed while the rules were tried`,
    why: "Somebody's edit would be lost",
    fix: "Run the command again",
  });
}

async function policyFile(policy: string | undefined): Promise<string> {
  const found = policy === undefined ? undefined : await stat(policy).catch(() => undefined);
  if (policy !== undefined && found?.isFile() === true) return policy;
  throw new CliProblem({
    code: "POLICY_NO_FILE",
    what: "--write needs a policy file to add to",
    why: policy === undefined ? "No policy file was named" : `"${policy}" is not a file`,
    fix: "Give --policy policy.yaml, as moat init writes one; for a PCE use --draft",
  });
}
