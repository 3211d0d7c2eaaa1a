/** What may be wrong for a while. New kinds may be added; consumers ignore those that they do not know. */
export type IncidentKind =
  | "drift"
  | "tugOfWar"
  | "gateRefused"
  | "policyIncomplete"
  | "coverageLost"
  | "repairFailed"
  | "flowLogsLost"
  | "rolloutHalted"
  | "rolloutUnsure"
  | "targetUnavailable"
  | "policyUnavailable";

export type IncidentSeverity = "medium" | "high";

/** Something that is wrong until it is not, and that people should hear of once. */
export interface Incident {
  /** The same for as long as it lasts, and again when it comes back. */
  readonly key: string;
  readonly kind: IncidentKind;
  readonly severity: IncidentSeverity;
  readonly database?: { readonly id: string; readonly arn: string };
  readonly accountId?: string;
  readonly region?: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** What it consists of, the first few. */
  readonly details?: readonly string[];
}

/** What is told of an incident; the detail of the event on EventBridge. See docs/guides/notifications.md. */
export interface IncidentMessage {
  readonly version: 1;
  readonly kind: "incident";
  readonly state: "open" | "resolved";
  /** The same for each message of an incident; with `openedAt` it names one occurrence. */
  readonly dedupKey: string;
  /** Name of the installation. */
  readonly owner: string;
  /** RFC 3339, UTC. */
  readonly openedAt: string;
  /** Given where the state is `resolved`. */
  readonly resolvedAt?: string;
  readonly incident: Omit<Incident, "key">;
}
