import { AwsFault } from "../../ports/aws-fault.ts";

/** A snapshot that cannot be used; `where` is the folder or file as the user named it. */
export function snapshotFault(
  code: "SnapshotMissing" | "SnapshotUnreadable" | "SnapshotSyntax" | "SnapshotShape" | "SnapshotPartial",
  where: string,
  problem: string,
  fix: string,
): AwsFault {
  const kind = code === "SnapshotMissing" ? "notFound" : "invalid";
  return new AwsFault(kind, code, `read ${where}`, `${where}: ${problem}`, fix);
}
