import type { Diagnostic } from "../diagnostic.ts";
import { err, ok, type Result } from "../result.ts";
import { fieldName, isHeader } from "./known-fields.ts";

/**
 * The fields of a format as EC2 describes it (`${srcaddr} ${dstaddr} …`) or as the first line of a file names it
 * (`srcaddr dstaddr …`), in their order.
 */
export function parseLogFormat(text: string): Result<readonly string[], Diagnostic> {
  const fields = text
    .split(/[\s,]+/)
    .map((part) => fieldName(part.replace(/^\$\{(.*)\}$/, "$1")))
    .filter((field) => field !== "");
  if (isHeader(fields)) return ok(fields);
  return err({
    code: "FLOW_FORMAT_INVALID",
    what: `"${text}" is not the format of a flow log`,
    why: "A format names the fields of its lines, two addresses among them",
    fix: 'Write it as DescribeFlowLogs gives it, or its fields: "srcaddr dstaddr srcport dstport protocol action"',
  });
}
