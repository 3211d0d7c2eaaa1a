import { Option } from "commander";

/** Where writes are put on record when nobody names another place: a file where the command runs. */
export const DEFAULT_AUDIT_FILE = "moat-audit.jsonl";

/** For commands that write. */
export const auditOption = (): Option =>
  new Option(
    "--audit <log>",
    `append a record of each write before it is made, to a file or s3://bucket/prefix (default: ${DEFAULT_AUDIT_FILE})`,
  );
