import { countText, groupedNumber } from "../core/map/map-words.ts";
import type { Suggestion } from "../core/suggest/model.ts";

interface RuleProps {
  readonly rule: Suggestion;
  /** The consumers as they were suggested. */
  readonly whole: Suggestion["consumers"];
  readonly isIn: boolean;
  readonly onChoose: (isIn: boolean) => void;
  readonly onEdit: (consumers: Suggestion["consumers"]) => void;
}

/** One suggestion: in or out, which values of its labels, and what speaks for and against it. */
export function ReviewRule({ rule, whole, isIn, onChoose, onEdit }: RuleProps) {
  const { id, consumers, evidence, neverSeen } = rule;
  const toggle = (key: string, value: string): void => {
    const now = consumers[key] ?? [];
    const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value].sort();
    if (next.length > 0) onEdit({ ...consumers, [key]: next });
  };
  return (
    <article class={isIn ? "rule" : "rule out"} aria-label={`Rule ${id}`}>
      <h3>
        <label>
          <input type="checkbox" checked={isIn} onChange={(event) => onChoose(event.currentTarget.checked)} />{" "}
          {id}
          {isIn ? "" : " (left out)"}
        </label>
      </h3>
      {Object.entries(whole).map(([key, values]) => (
        <fieldset key={key} disabled={!isIn}>
          <legend>{key}</legend>
          {values.map((value) => (
            <label key={value}>
              <input
                type="checkbox"
                checked={consumers[key]?.includes(value) === true}
                disabled={consumers[key]?.length === 1 && consumers[key]?.[0] === value}
                onChange={() => toggle(key, value)}
              />{" "}
              {value}
            </label>
          ))}
        </fieldset>
      ))}
      <p>
        Seen: {countText(evidence.workloads, "workload")}
        {evidence.names.length === 0 ? "" : ` (${named(evidence.names, evidence.workloads)})`},{" "}
        {countText(evidence.records, "record")}
        {evidence.firstSeen === undefined ? "" : ` since ${evidence.firstSeen.slice(0, 10)}`}
        {evidence.lastSeen === undefined ? "" : `, last ${evidence.lastSeen.slice(0, 10)}`};{" "}
        {Math.floor(evidence.coverage * 100)} % of what is not allowed here yet.
      </p>
      <p class={neverSeen.pairs > 0 ? "wide" : ""}>
        {neverSeen.pairs === 0
          ? "Allows nothing that was not seen."
          : `Also allows ${countText(neverSeen.pairs, "pair")} never seen, ${groupedNumber(neverSeen.sameLabels)} with the labels of one that was: ${named(neverSeen.examples, neverSeen.pairs)}`}
      </p>
    </article>
  );
}

/** `a, b and 4 more`. */
function named(names: readonly string[], all: number): string {
  const more = all - names.length;
  return more > 0 ? `${names.join(", ")} and ${groupedNumber(more)} more` : names.join(", ");
}
