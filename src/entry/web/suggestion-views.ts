import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { isOwnPage } from "./is-own-page.ts";
import { SERVED_REVIEW, type UiAssets } from "./ui-assets.ts";

type Problems = readonly Pick<Diagnostic, "what" | "fix" | "at">[];

/** What came of a choice: what was asked for, or what is wrong with the choice. */
export type ChoiceAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: Problems };

/** What the page of suggestions is answered from. All of it only reads. */
export interface SuggestionAnswers {
  readonly assets: () => Promise<UiAssets>;
  /** What the page shows, as JSON. */
  readonly document: () => Promise<string>;
  /** Judges a choice, as JSON, as a draft beside the map; gives the draft's name. */
  readonly tryOut: (choice: string) => Promise<ChoiceAnswer<string>>;
  /** The policy file with the rules of a choice in it, or only the rules where policy is none. */
  readonly policyText: (choice: string) => Promise<ChoiceAnswer<string>>;
}

/** Bytes of a choice: some ten thousand rules. */
const LARGEST_CHOICE = 4 * 1024 * 1024;

/** The review page of suggestions beside the map, and what it asks for. Nothing is written, neither to a file nor to a PCE. */
export function addSuggestions(app: Hono, answers: SuggestionAnswers, hosts: ReadonlySet<string>): void {
  let made: Promise<UiAssets> | undefined;
  const assets = (): Promise<UiAssets> => {
    made ??= answers.assets();
    return made;
  };
  app.get("/suggestions", (c) => c.html(SERVED_REVIEW));
  app.get("/review.js", async (c) =>
    c.body((await assets()).script, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/review.css", async (c) =>
    c.body((await assets()).style, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/api/suggestions", async (c) =>
    c.body(await answers.document(), 200, { "content-type": "application/json" }),
  );
  const limit = bodyLimit({
    maxSize: LARGEST_CHOICE,
    onError: (c) => c.text("The choice is too large", 413),
  });
  app.post("/api/suggestions/try", limit, async (c) => {
    const refused = refusal(c, hosts);
    if (refused !== undefined) return refused;
    const answer = await answers.tryOut(await c.req.text());
    return answer.ok ? c.json({ draft: answer.value }) : c.json({ problems: answer.problems }, 422);
  });
  app.post("/api/suggestions/policy", limit, async (c) => {
    const refused = refusal(c, hosts);
    if (refused !== undefined) return refused;
    const answer = await answers.policyText(await c.req.text());
    return answer.ok
      ? c.body(answer.value, 200, { "content-type": "application/yaml; charset=utf-8" })
      : c.json({ problems: answer.problems }, 422);
  });
}

/** Browsers ask leave before another page may send JSON, and nobody gives it. */
function refusal(c: Context, hosts: ReadonlySet<string>): Response | undefined {
  if (!isOwnPage(c, hosts)) return c.text("Another page asks for this", 403);
  if (c.req.header("content-type") !== "application/json") return c.text("A choice is application/json", 415);
  return undefined;
}
