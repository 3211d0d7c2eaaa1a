import type { SuggestReport } from "../../../app/suggest-policy.ts";
import type { Leftover, Suggestion } from "../../../core/suggest/model.ts";
import { queryKey } from "../../../core/suggest/query-key.ts";
import { counted, grouped, labelText, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

/** Databases, consumers of a leftover, names: more than these are only counted. */
const SHOWN = 3;

/** Suggestions as a person reads them: what each rule covers, and what it would allow besides. */
export function suggestText(
  { suggestions, leftovers, totals, superseded }: SuggestReport,
  style: Style,
): string {
  const byProviders = [...Map.groupBy(suggestions, ({ providers }) => queryKey(providers)).values()];
  return [
    ...byProviders.map((group) => databaseBlock(group, style)),
    ...(leftovers.length === 0 ? [] : [leftoverBlock(leftovers, style)]),
    ...(superseded.length === 0 ? [] : [supersededBlock(superseded, style)]),
    style.bold(
      wrap(
        `${counted(suggestions.length, "rule")} for ${grouped(totals.covered)} of ${grouped(totals.seen - totals.alreadyAllowed)} pairs of consumer and database that policy does not allow yet; ${grouped(totals.leftOver)} left over, ${grouped(totals.alreadyAllowed)} allowed already`,
        "",
      ),
    ),
  ].join("\n\n");
}

function databaseBlock(suggestions: readonly Suggestion[], style: Style): string {
  const [first] = suggestions;
  const names = shortList(first?.databases ?? []);
  return [
    wrap(`${style.bold(names)}  ${style.dim(labelText(first?.providers ?? {}))}`, ""),
    ...suggestions.map((each) => ruleBlock(each, style)),
  ].join("\n");
}

function ruleBlock({ id, consumers, evidence, neverSeen }: Suggestion, style: Style): string {
  const { firstSeen, lastSeen } = evidence;
  const since = firstSeen === undefined ? "" : ` since ${shortTime(firstSeen)}`;
  const last = lastSeen === undefined ? "" : `, last ${shortTime(lastSeen)}`;
  const who = evidence.names.length === 0 ? "" : ` (${shortList(evidence.names, evidence.workloads)})`;
  return table(
    [
      [style.green(id), style.bold(labelText(consumers))],
      [
        "",
        `seen: ${counted(evidence.workloads, "workload")}${who}, ${counted(evidence.records, "record")}${since}${last}; ${percent(evidence.coverage)} of what is not allowed yet`,
      ],
      [
        "",
        neverSeen.pairs === 0
          ? "allows nothing that was not seen"
          : style.yellow(
              `also allows ${counted(neverSeen.pairs, "pair")} never seen, ${grouped(neverSeen.sameLabels)} with the labels of one seen: ${shortList(neverSeen.examples, neverSeen.pairs)}`,
            ),
      ],
    ],
    "  ",
  );
}

function leftoverBlock(leftovers: readonly Leftover[], style: Style): string {
  const byKind = [...Map.groupBy(leftovers, ({ kind }) => kind).values()];
  const blocks = byKind.map((group) =>
    [
      wrap(`${counted(group.length, "consumer")}: ${group[0]?.why ?? ""}`, "  "),
      table(
        [
          ...group
            .slice(0, SHOWN)
            .map(({ consumer, databases, records, lastSeen }) => [
              consumer,
              shortList(databases),
              counted(records, "record"),
              lastSeen === undefined ? "" : `last ${shortTime(lastSeen)}`,
            ]),
          ...(group.length > SHOWN ? [[`and ${group.length - SHOWN} more`]] : []),
        ],
        "    ",
      ),
    ].join("\n"),
  );
  return [style.bold("Left over"), ...blocks].join("\n");
}

function supersededBlock(rules: SuggestReport["superseded"], style: Style): string {
  return [
    style.bold("Suggested earlier, and not needed by now"),
    table(
      rules.map(({ id, ruleSet, why }) => [style.yellow(id), `in "${ruleSet}": ${why}`]),
      "  ",
    ),
    wrap("They stay until you take them out of the policy; nothing is removed by itself", "  "),
  ].join("\n");
}

/** `a, b, c and 4 more`. @param all how many there are, where only some are named */
function shortList(names: readonly string[], all = names.length): string {
  const shown = names.slice(0, SHOWN);
  const more = all - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${grouped(more)} more` : shown.join(", ");
}

/** Rounded down, so that 100 % means all. */
const percent = (share: number): string => `${Math.floor(share * 100)} %`;
