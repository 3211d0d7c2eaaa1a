import { appendFile } from "node:fs/promises";
import type { AuditLog } from "../../ports/audit-log.ts";

/** An audit log as a file of one JSON object a line, which only ever grows. */
export function fileAuditLog(path: string): AuditLog {
  return {
    record: async (entry) => {
      await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    },
  };
}
