/**
 * Prints the tables of docs/reference/cost.md; with `--write` puts them there.
 *
 *     npm exec -c 'node scripts/cost.ts [--write]'
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costTables } from "./cost/cost-tables.ts";

/** The page, and the mark after which everything in it is computed. */
export const COST_PAGE = join(import.meta.dirname, "..", "docs", "reference", "cost.md");
export const MARK = "<!-- computed by scripts/cost.ts -->";

if (import.meta.main) {
  if (process.argv.includes("--write")) {
    const [written = ""] = readFileSync(COST_PAGE, "utf8").split(MARK);
    writeFileSync(COST_PAGE, `${written}${MARK}\n\n${costTables()}\n`);
  } else console.log(costTables());
}
