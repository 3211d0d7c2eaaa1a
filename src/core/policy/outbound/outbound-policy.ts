import type { Diagnostic } from "../../diagnostic.ts";
import type { AddressRange } from "../../net/cidr.ts";
import type { Destination, PortSpan } from "../../net/destinations.ts";
import type { Because, MatchedObject } from "../resolution.ts";

/** What policy lets one database open, as a consumer of others. */
export interface OutboundPolicy {
  readonly arn: string;
  /** Empty when policy knows no object that stands for this database. */
  readonly matched: readonly MatchedObject[];
  /** Allowed minus override-denied, canonical. */
  readonly allowed: readonly Destination[];
  /** The rules that let the database open any of the addresses on any of the ports, and whom they name there. */
  readonly reasonsFor: (range: AddressRange, span: PortSpan) => readonly Because[];
  /** Not empty when the answer cannot be trusted for this database: what it may open besides is not known. */
  readonly incomplete: readonly Diagnostic[];
  /** What was dropped or narrowed, and why. */
  readonly findings: readonly Diagnostic[];
}

/** Of a database that policy does not know. */
export const noOutbound = (arn: string): OutboundPolicy => ({
  arn,
  matched: [],
  allowed: [],
  reasonsFor: () => [],
  incomplete: [],
  findings: [],
});
