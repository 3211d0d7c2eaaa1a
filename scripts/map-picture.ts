/**
 * Makes docs/map.png, the picture in the README: the map of the sample company after an hour of traffic, as a browser
 * draws it, with the reason why one connection is blocked. To be run after the page has changed, and looked at.
 *
 *     npm exec -c 'node scripts/map-picture.ts'
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "../test/support/chromium.ts";
import { writeSampleFlowLogs } from "../test/support/sample-flow-logs.ts";
import { startMap } from "../test/support/served-map.ts";

const PICTURE = join(import.meta.dirname, "..", "docs", "map.png");
/** Every database by itself, and the addresses that nobody knows. */
const SHOWN = "databases=&open=c%253Aunknown";

const executablePath = findChromium();
if (executablePath === undefined) throw new Error("needs Chromium: apt-get install chromium");
const folder = mkdtempSync(join(tmpdir(), "moat-picture-"));
writeSampleFlowLogs(folder);
const map = await startMap(["--aws", "sandbox", "--flows", folder]);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  await page.goto(`${map.url}#${SHOWN}`);
  await page.getByRole("button", { name: /^10\.20\.1\.99 to ledger: blocked/ }).click();
  await page.getByRole("heading", { name: "What would allow it" }).waitFor();
  // Away from what it would highlight.
  await page.mouse.move(2, 2);
  await page.screenshot({ path: PICTURE });
} finally {
  await browser.close();
  await map.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`Made ${PICTURE}`);
