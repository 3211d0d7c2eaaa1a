/** Writes docs/reference/policy.schema.json, by which editors complete and check a policy.yaml. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { policySchemaText } from "../src/adapters/file/policy-file/policy-json-schema.ts";

const PATH = "docs/reference/policy.schema.json";

mkdirSync(dirname(PATH), { recursive: true });
writeFileSync(PATH, policySchemaText());
console.log(`wrote ${PATH}`);
