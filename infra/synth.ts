/** `npm run synth`: the CloudFormation templates, under dist/templates. `npm run synth -- <folder>` writes elsewhere. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compact, templates } from "./app.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "dist", "templates");
mkdirSync(folder, { recursive: true });
for (const { name, text } of templates()) {
  const body = compact(text);
  writeFileSync(join(folder, `${name}.json`), body);
  console.log(`${name}: ${body.length} bytes`);
}
