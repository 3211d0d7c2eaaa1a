import { createHash } from "node:crypto";
import { auditLines } from "../../src/adapters/audit/audit-lines.ts";
import { linkedLine } from "../../src/adapters/audit/linked-lines.ts";
import { verifyAudit } from "../../src/core/audit/verify-audit.ts";
import type { AuditEntry } from "../../src/ports/audit-log.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface AuditVerdict {
  readonly violations: readonly string[];
  /** How often several processes enforced one database at the same time. */
  readonly atOnce: number;
}

/** What `moat audit verify` would find wrong with what each process recorded, written down and read back. */
export function auditVerdict(audits: readonly (readonly AuditEntry[])[]): AuditVerdict {
  const chains = audits.map((entries, i) => {
    const texts: string[] = [];
    for (const entry of entries) texts.push(linkedLine(entry, texts.at(-1)));
    return { name: `process ${i + 1}`, lines: auditLines(texts) };
  });
  const { violations, atOnce } = verifyAudit(chains, sha256);
  return {
    violations: violations.map(
      ({ chain, line, rule, what }) => `audit: ${chain} line ${line}, ${rule}: ${what}`,
    ),
    atOnce,
  };
}
