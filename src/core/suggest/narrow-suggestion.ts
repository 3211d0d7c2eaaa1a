import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { matchesQuery } from "./matches-query.ts";
import type { ConsumerGroup, Suggestion } from "./model.ts";

/** Whether `query` asks for no value that `than` does not ask for: whoever it means, `than` means too. */
export const isNarrower = (query: LabelQuery, than: LabelQuery): boolean =>
  Object.entries(than).every(
    ([key, values]) => query[key]?.every((value) => values.includes(value)) === true,
  ) && Object.values(query).every((values) => values.length > 0);

/**
 * A suggestion for fewer consumers than it was made for. What is counted comes from its groups, so that the numbers
 * are right without the flow logs; times stay those of the whole.
 *
 * @param consumers narrower than those of the suggestion, see {@link isNarrower}
 */
export function narrowSuggestion(suggestion: Suggestion, consumers: LabelQuery): Suggestion {
  const groups = suggestion.groups.filter(({ labels }) => matchesQuery(labels, consumers));
  const sum = (of: (group: ConsumerGroup) => number): number =>
    groups.reduce((all, group) => all + of(group), 0);
  const { evidence, neverSeen } = suggestion;
  const conversations = sum((group) => group.conversations);
  const pairs = sum(({ neverSeenPairs }) => neverSeenPairs);
  return {
    ...suggestion,
    consumers,
    groups,
    evidence: {
      ...evidence,
      workloads: sum(({ seen }) => seen),
      names: conversations === evidence.conversations ? evidence.names : [],
      conversations,
      records: sum(({ records }) => records),
      coverage:
        evidence.conversations === 0 ? 0 : (evidence.coverage * conversations) / evidence.conversations,
    },
    neverSeen: {
      pairs,
      sameLabels: sum(({ seen, neverSeenPairs }) => (seen > 0 ? neverSeenPairs : 0)),
      examples: pairs === neverSeen.pairs ? neverSeen.examples : [],
    },
  };
}
