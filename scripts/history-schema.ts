/** Writes docs/reference/history-schema.md, by which a history can be asked without Moat. */
import { writeFileSync } from "node:fs";
import { historySchemaPage } from "../src/entry/cli/history-schema-page.ts";

const PATH = "docs/reference/history-schema.md";

writeFileSync(PATH, historySchemaPage());
console.log(`wrote ${PATH}`);
