/** A draft to try: an edited policy file as text, or what is pending in the PCE. */
export type Draft =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "pce"; readonly name: string };

/** Something wrong with a draft, and where. */
export interface Problem {
  readonly what: string;
  readonly fix: string;
  readonly at?: { readonly line: number; readonly column: number };
}

/** Lets the server judge a draft. It answers with its name for it, by which the map beside it is asked for, or with what is wrong. */
export async function askWhatIf(
  draft: Draft,
): Promise<{ readonly id?: string | undefined; readonly problems: readonly Problem[] }> {
  const query = draft.kind === "pce" ? "of=pce" : `name=${encodeURIComponent(draft.name)}`;
  try {
    const answer = await fetch(`/api/what-if?${query}`, {
      method: "POST",
      headers: { "content-type": "application/yaml" },
      body: draft.kind === "pce" ? "" : draft.text,
    });
    if (answer.ok) return { id: ((await answer.json()) as { draft: string }).draft, problems: [] };
    if (answer.status === 422) return (await answer.json()) as { problems: readonly Problem[] };
    return { problems: [{ what: await answer.text(), fix: "Try another file" }] };
  } catch (error) {
    return {
      problems: [{ what: `The server did not answer: ${String(error)}`, fix: "Start moat map again" }],
    };
  }
}
