import { singleFile, uiAssets } from "./ui-assets.ts";

/**
 * The review page of suggestions as one file that needs nothing else. It writes nothing: what is chosen on it is saved
 * as a file, which moat suggest takes up.
 *
 * @param json the suggestions as `moat suggest --json` prints them
 */
export async function reviewPage(json: string): Promise<string> {
  return singleFile(await uiAssets("review.tsx"), json, "Moat suggestions");
}
