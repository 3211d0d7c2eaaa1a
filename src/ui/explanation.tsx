import { useEffect, useState } from "preact/hooks";

/** The parts of `moat explain --json` that are shown. */
interface Explained {
  readonly verdict: string;
  readonly because: readonly {
    readonly kind: string;
    readonly what?: string;
    readonly description?: string;
    readonly ruleSetName?: string;
  }[];
  readonly nearest: readonly {
    readonly description?: string;
    readonly ruleSetName: string;
    readonly conditions: readonly { readonly fix: string }[];
  }[];
}

interface ExplanationProps {
  readonly source: string;
  readonly database: string;
  readonly live: boolean;
}

/** Why one consumer may or may not reach one database. A saved page names the command that says it. */
export function Explanation({ source, database, live }: ExplanationProps) {
  const [found, setFound] = useState<Explained | "waiting" | "none">("waiting");
  useEffect(() => {
    if (!live) return undefined;
    const stop = new AbortController();
    setFound("waiting");
    fetch(`/api/explain?source=${encodeURIComponent(source)}&database=${encodeURIComponent(database)}`, {
      signal: stop.signal,
    })
      .then(async (answer) => setFound(answer.ok ? ((await answer.json()) as Explained) : "none"))
      .catch(() => setFound("none"));
    return () => stop.abort();
  }, [source, database, live]);
  if (!live)
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
  return (
    <section>
      <h3>Why it is {found.verdict}</h3>
      <ul>
        {found.because.map((reason, at) => (
          <li key={`${at}`}>
            {reason.description ?? reason.what ?? "a rule"}
            {reason.ruleSetName === undefined ? "" : `, in ${reason.ruleSetName}`}
          </li>
        ))}
      </ul>
      {found.nearest.length > 0 && (
        <>
          <h3>What would allow it</h3>
          <ul>
            {found.nearest.slice(0, 3).map((near, at) => (
              <li key={`${at}`}>
                {near.description ?? near.ruleSetName}: {near.conditions.map(({ fix }) => fix).join("; ")}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
