import { stat } from "node:fs/promises";
import { fileAuditLog } from "../../../adapters/audit/file-audit-log.ts";
import { readAuditFile } from "../../../adapters/audit/read-audit-file.ts";
import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import { parseS3Uri, type S3Uri } from "../../../adapters/aws/s3-uri.ts";
import type { AuditChain } from "../../../core/audit/audit-record.ts";
import type { AuditEntry, AuditLog, OnboardingAudit, OnboardingEntry } from "../../../ports/audit-log.ts";
import { DEFAULT_AUDIT_FILE } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";

/** The log that `--audit` names: a file, or `s3://bucket/prefix`. S3 is asked with the clients of the source, if any. */
export function openAuditLog(
  context: CliContext,
  place: string = DEFAULT_AUDIT_FILE,
  clients: AwsClients | undefined = undefined,
): AuditLog & OnboardingAudit {
  if (!place.startsWith("s3://")) return fileAuditLog(place);
  const uri = s3Place(place);
  const log = import("../../../adapters/audit/s3-audit-log.ts").then(({ s3AuditLog }) =>
    s3AuditLog(clients ?? awsClients({ env: context.env }), uri),
  );
  return {
    // The two kinds of entry are one to a log; TypeScript does not choose an overload for a union.
    record: async (entry: AuditEntry | OnboardingEntry) => (await log).record(entry as AuditEntry),
  };
}

/** Reads what `moat audit verify` is to check. @param since day, as `2026-11-24`, before which S3 is not read */
export async function readAudit(
  context: CliContext,
  place: string,
  since: string | undefined,
): Promise<readonly AuditChain[]> {
  if (place.startsWith("s3://")) {
    const { readS3Audit } = await import("../../../adapters/audit/read-s3-audit.ts");
    const clients = awsClients({ env: context.env });
    try {
      return found(place, await readS3Audit(clients, s3Place(place), since));
    } finally {
      clients.close();
    }
  }
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() === true;
  if (isFolder) throw missing(place, "EISDIR");
  return [
    { lines: await readAuditFile(place).catch((error) => Promise.reject(missing(place, codeOf(error)))) },
  ];
}

function s3Place(place: string): S3Uri {
  const uri = parseS3Uri(place);
  if (uri.ok) return uri.value;
  throw new CliProblem(uri.error);
}

/** Nothing at all is more often a wrong prefix than a quiet month. */
function found(place: string, chains: readonly AuditChain[]): readonly AuditChain[] {
  if (chains.length > 0) return chains;
  throw new CliProblem({
    code: "AUDIT_MISSING",
    what: `There is no audit record below "${place}"`,
    why: "A record's key is YEAR/MONTH/DAY/RUN/NUMBER.json below the prefix that --audit or MOAT_AUDIT named",
    fix: "Check bucket and prefix, and --since",
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

const missing = (place: string, code: string): CliProblem =>
  new CliProblem({
    code: "AUDIT_MISSING",
    what: `"${place}" cannot be read: ${code}`,
    why: "It should hold one JSON object a line, as apply and watch write them",
    fix: "Check the path; records in S3 are named s3://bucket/prefix",
  });
