import { readFile, writeFile } from "node:fs/promises";
import { suggestDocument, suggestPolicy } from "../../../app/suggest-policy.ts";
import { type Choice, chooseSuggestions } from "../../../core/suggest/choose-suggestions.ts";
import type { SuggestSettings } from "../../../core/suggest/model.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { CliProblem, throwProblems } from "../problem.ts";
import { suggestMarkdown } from "../render/suggest-markdown.ts";
import { suggestText } from "../render/suggest-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { choiceOf, parseChoice } from "../suggest/choice-file.ts";
import { draftSuggestions } from "../suggest/draft-suggestions.ts";
import { readEarlier } from "../suggest/earlier-file.ts";
import { reviewDocument } from "../suggest/review-document.ts";
import type { SuggestRun } from "../suggest/suggest-run.ts";
import { writeSuggestions } from "../suggest/write-suggestions.ts";
import { testsBeside } from "./test.ts";

export interface SuggestOptions extends SourceOptions {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly choice?: string;
  readonly write?: string | true;
  readonly draft?: boolean;
  readonly format: "text" | "markdown" | "html";
  readonly out?: string;
  readonly tests?: string;
  readonly leastRecords: string;
  readonly mostUnseen: string;
  readonly leastSeen: string;
  readonly afresh?: boolean;
  readonly earlier?: string;
}

/** Shows what would cover the traffic, and writes it where that was asked for. */
export async function runSuggest(context: CliContext, options: SuggestOptions): Promise<void> {
  const settings = await readSettings(options);
  const limits = readLimits(options);
  const choice = await readChoice(options);
  const earlier = options.earlier === undefined ? [] : await readEarlier(options.earlier);
  if (settings.flows === undefined) throw NO_FLOWS;
  if (options.draft === true && options.write !== undefined) throw TWO_PLACES;
  await withWorld(context, settings, async (world) => {
    // What was drafted before is not suggested again.
    const planned = await world.plan(options.draft === true ? "draft" : "active");
    const assertions = [...(planned.index.policy.tests ?? []), ...(await testsBeside(options.tests))];
    const all = suggestPolicy({
      ...{ planned, assertions, settings: limits, earlier },
      afresh: options.afresh === true,
    });
    const chosen = chooseSuggestions(all.suggestions, choice);
    if (!chosen.ok) return throwProblems(chosen.error);
    const report = { ...all, suggestions: chosen.value };
    await show(context, options, { settings, world, report });
    const run: SuggestRun = { context, settings, world, planned, assertions, report };
    if (options.write !== undefined) await writeSuggestions(run, options.write);
    if (options.draft === true) await draftSuggestions(run);
  });
}

type Shown = Pick<SuggestRun, "settings" | "world" | "report">;

async function show(context: CliContext, options: SuggestOptions, shown: Shown): Promise<void> {
  const { out } = options;
  const text = shown.settings.json
    ? JSON.stringify(suggestDocument(shown.report), null, 2)
    : await rendered(context, options, shown);
  if (out === undefined) {
    context.out(text.trimEnd());
    return;
  }
  await writeFile(out, text.endsWith("\n") ? text : `${text}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "SUGGESTIONS_NOT_SAVED",
      what: `"${out}" cannot be written: ${error.code ?? error.message}`,
      why: "The suggestions were to be saved there",
      fix: "Check the path",
    });
  });
  context.progress(`The suggestions are in ${out}`);
}

async function rendered(
  context: CliContext,
  options: SuggestOptions,
  { settings, world, report }: Shown,
): Promise<string> {
  const { format } = options;
  if (format === "text") return suggestText(report, context.style);
  if (format === "markdown") return suggestMarkdown(report);
  const { reviewPage } = await import("../../web/review-page.ts");
  return reviewPage(JSON.stringify(reviewDocument(report, options, settings, world)));
}

function readLimits({ leastRecords, mostUnseen, leastSeen }: SuggestOptions): SuggestSettings {
  const least = Number(leastRecords);
  if (!Number.isInteger(least) || least < 1) {
    throw badNumber("--least-records", leastRecords, "a whole number from 1");
  }
  return {
    leastRecords: least,
    mostUnseenShare: share("--most-unseen", mostUnseen),
    leastSeenShare: share("--least-seen", leastSeen),
  };
}

/** A share, 0 to 1, of what was given in percent. */
function share(option: string, given: string): number {
  const percent = Number(given);
  if (!(percent >= 0 && percent <= 100)) throw badNumber(option, given, "a number from 0 to 100");
  return percent / 100;
}

async function readChoice({ only, except, choice }: SuggestOptions): Promise<Choice> {
  const file = choice === undefined ? {} : choiceOf(parseChoice(await readText(choice), choice));
  return {
    ...file,
    ...(only === undefined ? {} : { only }),
    ...(except === undefined ? {} : { except }),
  };
}

const readText = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "CHOICE_NOT_READ",
      what: `"${path}" cannot be read: ${error.code ?? error.message}`,
      why: "The choice of suggestions was to be read from there",
      fix: "Check the path; the review page saves the file where the browser puts downloads",
    });
  });

const badNumber = (option: string, given: string, wanted: string): CliProblem =>
  new CliProblem({
    code: "OPTION_NUMBER",
    what: `${option} "${given}" is not ${wanted}`,
    why: "Nothing can be counted by it",
    fix: `Give ${wanted}`,
  });

const NO_FLOWS = new CliProblem({
  code: "FLOWS_MISSING",
  what: "No flow logs were given",
  why: "Suggestions follow from who was seen connecting",
  fix: "Add --flows with files, folders or s3:// prefixes",
});

const TWO_PLACES = new CliProblem({
  code: "SUGGEST_TWO_PLACES",
  what: "Both --write and --draft were given",
  why: "A policy lives in a file or in a PCE",
  fix: "Leave one of them out",
});
