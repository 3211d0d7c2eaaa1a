import { useEffect, useState } from "preact/hooks";
import { asSentence, countText } from "../core/map/map-words.ts";
import { Fact } from "./fact.tsx";
import { Sentences } from "./sentences.tsx";

interface Party {
  readonly name: string;
  readonly by: string;
}

interface Reason {
  readonly what?: string;
  readonly rule?: string;
  readonly line?: number;
  readonly description?: string;
  readonly ruleSetName?: string;
  readonly scope?: string;
  readonly consumer?: Party;
  readonly provider?: Party;
}

/** The parts of `moat explain --json` that are shown. */
interface Explained {
  readonly verdict: string;
  readonly because: readonly Reason[];
  readonly nearest: readonly {
    readonly description?: string;
    readonly ruleSetName: string;
    readonly conditions: readonly { readonly fix: string }[];
  }[];
  readonly live: {
    readonly answer: string;
    readonly compiled: readonly string[];
    readonly admittedBy: readonly LiveRule[];
    readonly disagreement?: string;
  };
  readonly flows: { readonly known: boolean; readonly seen: readonly Seen[] };
  readonly draft?: { readonly verdict: string };
  readonly unknown: readonly { readonly what: string }[];
}

interface LiveRule {
  readonly group: string;
  readonly groupName: string;
  readonly ours: boolean;
  readonly source: string;
  readonly ports: string;
}

interface Seen {
  readonly action?: string;
  readonly records: number;
  readonly lastSeen?: string;
}

interface ExplanationProps {
  /** Asks the server; absent on a saved page. */
  readonly ask: ((source: string, database: string) => Promise<unknown>) | undefined;
  readonly source: string;
  readonly database: string;
}

/**
 * Why one consumer may or may not reach one database, from labels over the rule to the group rules and what was seen. A
 * saved page names the command that says it.
 */
export function Explanation({ source, database, ask }: ExplanationProps) {
  const [found, setFound] = useState<Explained | "waiting" | "none">("waiting");
  useEffect(() => {
    if (ask === undefined) return undefined;
    let isWanted = true;
    setFound("waiting");
    ask(source, database).then(
      (answer) => isWanted && setFound(answer === undefined ? "none" : (answer as Explained)),
      () => isWanted && setFound("none"),
    );
    return () => {
      isWanted = false;
    };
  }, [source, database, ask]);
  if (ask === undefined)
    return (
      <p class="muted">
        To see why:{" "}
        <code>
          moat explain {source} {database}
        </code>
      </p>
    );
  if (found === "waiting") return <p class="muted">Looking up why …</p>;
  if (found === "none") return <p class="muted">No explanation for this pair.</p>;
  return <Chain explained={found} />;
}

function Chain({ explained }: { readonly explained: Explained }) {
  const { verdict, because, nearest, flows, draft, unknown } = explained;
  return (
    <>
      <section>
        <h3>Why it is {verdict}</h3>
        {because.map((reason, at) => (
          <Because key={`${at}`} reason={reason} />
        ))}
        {draft !== undefined && <p>Under the draft it is {draft.verdict}.</p>}
      </section>
      <Sentences
        title="What would allow it"
        list={nearest
          .slice(0, 3)
          .map(
            ({ description, ruleSetName, conditions }) =>
              `${description ?? ruleSetName}: ${conditions.map(({ fix }) => fix).join("; ")}`,
          )}
      />
      <GroupRules {...explained.live} />
      <Sentences title="Seen in flow logs" list={flows.known ? seenTexts(flows.seen) : []} />
      <Sentences title="Not known" list={unknown.map(({ what }) => what)} />
    </>
  );
}

/** The chain of a rule, or the sentence that says why there is none. */
function Because({ reason }: { readonly reason: Reason }) {
  const { consumer, provider, description, rule } = reason;
  if (consumer === undefined || provider === undefined) return <p>{asSentence(reason.what ?? "")}</p>;
  return (
    <dl>
      <Fact name="Consumer">
        {consumer.name}, matched by {consumer.by}
      </Fact>
      <Fact name="Rule">
        {description ?? rule} <span class="muted">({placeOf(reason)})</span>
      </Fact>
      <Fact name="Provider">
        {provider.name}, matched by {provider.by}
      </Fact>
    </dl>
  );
}

function placeOf({ ruleSetName, line, scope }: Reason): string {
  const parts = [
    ruleSetName ?? "",
    line === undefined ? "" : `line ${line}`,
    scope === undefined || scope === "" ? "" : `scope ${scope}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const ANSWERS: Readonly<Record<string, string>> = {
  admitted: "admitted",
  partly: "partly admitted",
  notAdmitted: "no group lets it in",
  unknown: "not known",
};

const GroupRules = ({ compiled, admittedBy, answer, disagreement }: Explained["live"]) => (
  <section>
    <h3>Group rules</h3>
    <dl>
      <Fact name="By policy">{compiled.length === 0 ? "none" : compiled.join(", ")}</Fact>
      <Fact name="Now">
        {admittedBy.length === 0 ? ANSWERS[answer] : admittedBy.map(groupRule).join("; ")}
      </Fact>
    </dl>
    {disagreement !== undefined && <p>{asSentence(disagreement)}</p>}
  </section>
);

const groupRule = ({ group, groupName, ours, source, ports }: LiveRule): string =>
  `${source} ${ports} in ${groupName} (${group}${ours ? "" : ", not ours"})`;

function seenTexts(list: readonly Seen[]): readonly string[] {
  if (list.length === 0) return ["never"];
  return list.map(({ action, records, lastSeen }) => {
    const last = lastSeen === undefined ? "" : `, last ${lastSeen.slice(0, 16).replace("T", " ")} UTC`;
    return `${action ?? "seen"}, ${countText(records, "record")}${last}`;
  });
}
