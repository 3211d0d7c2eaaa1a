import { z } from "zod";
import { PolicyFileSchema } from "./policy-schema.ts";

/** The JSON Schema of `policy.yaml` as it is published, for editors. */
export function policySchemaText(): string {
  const schema = z.toJSONSchema(PolicyFileSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ title: "policy.yaml", description: "Label policy of Moat", ...schema }, null, 2)}\n`;
}
