import { findChromium } from "../test/support/chromium.ts";
import { aptInstall } from "./apt.ts";

/**
 * Sees to it that the map can be tried in a real browser.
 *
 * @returns why it cannot, `undefined` when it can
 */
export async function prepareChromium(): Promise<string | undefined> {
  if (findChromium() !== undefined) return undefined;
  const failed = await aptInstall(["chromium"]);
  if (failed !== undefined) return failed;
  return findChromium() === undefined ? "the package brought no /usr/bin/chromium" : undefined;
}
