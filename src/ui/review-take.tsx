import { useState } from "preact/hooks";
import type { Suggestion } from "../core/suggest/model.ts";
import {
  CHOICE_FILE,
  choiceCommand,
  choiceDocument,
  type ReviewChoice,
} from "../core/suggest/review-choice.ts";
import { type Answer, askAbout, type ReviewData, saveText } from "./review-source.ts";

interface TakeProps {
  readonly data: ReviewData;
  readonly chosen: readonly Suggestion[];
  readonly choice: ReviewChoice;
  /** Whether there is a server to ask. */
  readonly served: boolean;
}

/** What can be done with the choice: see it on the map, take the rules along, or run the command that writes them. */
export function TakeChoice({ data, chosen, choice, served }: TakeProps) {
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const none = chosen.length === 0 || busy;
  const saved = choiceDocument(data.suggestions, choice);
  const ask = async (path: "try" | "policy", take: (text: string) => void): Promise<void> => {
    setBusy(true);
    const answer: Answer = await askAbout(path, saved);
    setBusy(false);
    setProblems("text" in answer ? [] : answer.problems);
    if ("text" in answer) take(answer.text);
  };
  const isFile = data.policy.source === "file";
  return (
    <section class="take" aria-label="Take the choice up">
      <div class="bar">
        {served && (
          <button type="button" class="main" disabled={none} onClick={() => ask("try", showOnMap)}>
            Show on the map
          </button>
        )}
        {served && (
          <button
            type="button"
            disabled={none}
            onClick={() => ask("policy", (text) => saveText("policy.yaml", "application/yaml", text))}
          >
            {isFile ? "Download the policy file with these rules" : "Download the rules as a policy file"}
          </button>
        )}
        <button
          type="button"
          class={served ? "" : "main"}
          disabled={none}
          onClick={() => saveText(CHOICE_FILE, "application/json", `${JSON.stringify(saved, null, 2)}\n`)}
        >
          Save the choice
        </button>
      </div>
      {problems.length > 0 && (
        <ul class="problems" role="alert">
          {problems.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {chosen.length > 0 && <Command data={data} choice={choice} />}
    </section>
  );
}

/** The server has judged the choice: the map shows it as a draft, and the way back leads here again. */
function showOnMap(answer: string): void {
  const { draft } = JSON.parse(answer) as { draft: string };
  location.assign(`/?draft=${encodeURIComponent(draft)}`);
}

const ENDS = {
  write: "adds the chosen rules to the policy file, once it has proven them",
  draft: "adds the chosen rules to the draft of the PCE and provisions nothing",
  none: "shows the chosen rules; add --write with a policy file or --draft with a PCE",
} as const;

function Command({ data, choice }: Pick<TakeProps, "data" | "choice">) {
  const [copied, setCopied] = useState("");
  const { text, needsFile } = choiceCommand(data.command, data.writtenTo, data.suggestions, choice);
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(""),
    );
  return (
    <div class="command">
      <p>
        This page writes nothing. {needsFile ? "Save the choice; then this command" : "This command"}{" "}
        {ENDS[data.writtenTo ?? "none"]}:
      </p>
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" onClick={copy}>
        {copied === text ? "Copied" : "Copy the command"}
      </button>
    </div>
  );
}
