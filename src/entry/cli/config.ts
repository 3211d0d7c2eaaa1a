import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { CliProblem } from "./problem.ts";

const Mode = z.enum(["observe", "enforce"]);

/** `moat.yaml`: defaults for every command. Unknown keys are errors. */
export const ConfigSchema = z.strictObject({
  owner: z
    .string()
    .min(1)
    .max(64)
    .describe("Name of this installation, as the tag moat:owner carries it")
    .default("moat"),
  aws: z.string().describe("live, sandbox, or a folder of saved AWS answers").optional(),
  region: z.string().describe("AWS region; else as every AWS tool finds it").optional(),
  policy: z.string().describe("URL of a PCE, or a folder of its collections").optional(),
  flows: z.array(z.string()).describe("Flow logs: files, folders, s3:// prefixes").default([]),
  mode: Mode.describe("Mode of databases that bear no tag moat:mode").default("observe"),
  databases: z
    .record(z.string(), z.strictObject({ mode: Mode }))
    .describe("Exceptions by database id")
    .default({}),
  shrinkPercent: z
    .int()
    .min(0)
    .max(100)
    .describe("Share of the granted addresses that may go at once")
    .default(30),
  slack: z
    .strictObject({
      maxAddresses: z.int().min(0).describe("Addresses beyond policy that one database's rules may admit"),
    })
    .describe("Used only where the exact rules do not fit into the account's quotas")
    .optional(),
  publicIp: z.boolean().describe("Count a workload's public address among its addresses").default(false),
  directActorsIgnoreScope: z
    .boolean()
    .describe("Count direct workload actors outside the scope of their rule set")
    .default(false),
});

export type Config = z.infer<typeof ConfigSchema>;

/** Reads the configuration: the named file, else `moat.yaml` here, else the defaults. */
export async function readConfig(path: string | undefined): Promise<Config> {
  const file = path ?? "moat.yaml";
  if (path === undefined && !existsSync(file)) return ConfigSchema.parse({});
  const text = await readFile(file, "utf8").catch(() => {
    throw new CliProblem({
      code: "CONFIG_MISSING",
      what: `"${file}" cannot be read`,
      why: "It was named with --config",
      fix: "Check the path",
    });
  });
  return parseConfig(text, file);
}

/** Reads configuration text; every error names its line and column. */
export function parseConfig(text: string, file: string): Config {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const at = (offset: number) => ({
    file,
    line: counter.linePos(offset).line,
    column: counter.linePos(offset).col,
  });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw new CliProblem({
      code: "CONFIG_SYNTAX",
      what: syntax.message.split("\n")[0] ?? "",
      why: "The file is not YAML",
      fix: "Mend the line",
      at: at(syntax.pos[0]),
    });
  }
  const parsed = ConfigSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = issue?.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...(issue?.path ?? []), ...keys.slice(0, 1)] as (string | number)[];
  const node = document.getIn(path, true) as { range?: readonly [number, number, number] } | undefined;
  throw new CliProblem({
    code: "CONFIG_INVALID",
    what: keys.length > 0 ? `Unknown key "${keys[0]}"` : `"${path.join(".")}": ${issue?.message ?? ""}`,
    why: "A key that is not understood is never ignored: it might be the one that matters",
    fix: keys.length > 0 ? suggestion(keys[0] ?? "") : "See docs/reference/moat.schema.json",
    at: at(node?.range?.[0] ?? 0),
  });
}

function suggestion(key: string): string {
  const known = Object.keys(ConfigSchema.shape);
  const close = nearest(key, known);
  return close === undefined ? `Known keys: ${known.join(", ")}` : `Did you mean "${close}"?`;
}
