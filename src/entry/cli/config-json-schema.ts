import { z } from "zod";
import { ConfigSchema } from "./config-schema.ts";

/** The JSON Schema of `moat.yaml` as it is published: what a person may write, before defaults fill the gaps. */
export function configSchemaText(): string {
  const schema = z.toJSONSchema(ConfigSchema, { io: "input", target: "draft-7" });
  const document = { title: "moat.yaml", description: "Configuration of Moat", ...schema };
  return `${JSON.stringify(document, null, 2)}\n`;
}
