import { type SuggestReport, suggestDocument } from "../../../app/suggest-policy.ts";
import type { WrittenTo } from "../../../core/suggest/review-choice.ts";
import type { World } from "../load.ts";
import type { Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

/** More than the sources: what decided which rules are suggested. */
type ReviewOptions = SourceOptions & {
  readonly tests?: string;
  readonly leastRecords?: string;
  readonly mostUnseen?: string;
  readonly leastSeen?: string;
  readonly afresh?: boolean;
  readonly earlier?: string;
};

/** What the review page shows: the suggestions, and the command that would take up a choice of them. */
export function reviewDocument(
  report: SuggestReport,
  options: ReviewOptions,
  settings: Pick<Settings, "policy" | "flows">,
  { source }: Pick<World, "source">,
) {
  const to = writtenTo(settings, source.sandbox !== undefined);
  return {
    ...suggestDocument(report),
    observed: settings.flows !== undefined,
    command: commandOf(options),
    ...(to === undefined ? {} : { writtenTo: to }),
  };
}

/** A policy file is written to, a PCE drafts; a folder of saved answers can do neither. */
function writtenTo({ policy }: Pick<Settings, "policy">, inSandbox: boolean): WrittenTo | undefined {
  if (policy === undefined) return inSandbox ? "draft" : undefined;
  if (/^https?:\/\//.test(policy)) return "draft";
  return /\.ya?ml$/.test(policy) ? "write" : undefined;
}

/** `moat suggest` with the options that lead to the same suggestions. Secrets are never options. */
function commandOf(options: ReviewOptions): string {
  const { aws, region, policy, flows, history, config, owner } = options;
  const { tests, leastRecords, mostUnseen, leastSeen, afresh, earlier } = options;
  const given: readonly (readonly [string, string | undefined])[] = [
    ["aws", aws],
    ["region", region],
    ["policy", policy],
    ["history", history],
    ["config", config],
    ["owner", owner],
    ["tests", tests],
    ["least-records", leastRecords],
    ["most-unseen", mostUnseen],
    ["least-seen", leastSeen],
    ["earlier", earlier],
  ];
  return [
    "moat suggest",
    ...given.flatMap(([name, value]) =>
      value === undefined || value === DEFAULTS[name] ? [] : [`--${name} ${quoted(value)}`],
    ),
    ...(flows === undefined ? [] : [`--flows ${flows.map(quoted).join(" ")}`]),
    ...(afresh === true ? ["--afresh"] : []),
  ].join(" ");
}

const DEFAULTS: Readonly<Record<string, string>> = {
  "least-records": "2",
  "most-unseen": "25",
  "least-seen": "25",
};

/** One word for a shell, whatever it holds. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
