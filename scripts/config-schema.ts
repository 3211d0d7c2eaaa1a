/** Writes docs/reference/moat.schema.json, by which editors complete and check a moat.yaml. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { configSchemaText } from "../src/entry/cli/config-json-schema.ts";

const PATH = "docs/reference/moat.schema.json";

mkdirSync(dirname(PATH), { recursive: true });
writeFileSync(PATH, configSchemaText());
console.log(`wrote ${PATH}`);
