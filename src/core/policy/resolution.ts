import type { Diagnostic } from "../diagnostic.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";
import type { Href } from "./model.ts";

/** What policy needs to know of a database in order to recognise it. */
export interface DatabaseIdentity {
  readonly arn: string;
  /** ARNs of a cluster's member instances; they name the cluster too. */
  readonly memberArns: readonly string[];
  /** Every endpoint host name: writer, reader, custom, member. Lower case. */
  readonly endpoints: readonly string[];
  /** Private addresses known today, as text. */
  readonly addresses: readonly string[];
  /** The listener's port; absent while the database is being created. */
  readonly port?: number;
}

/** Why an address is granted: the rule, and the object through which the address came. */
export interface Because {
  readonly rule: Href;
  readonly workload?: Href;
  readonly virtualService?: Href;
  readonly ipList?: Href;
  /** Further objects that the rule lets in and that are not named, where there are too many. */
  readonly and?: number;
}

/** Consumers that one rule lets open connections on inclusive ports of one protocol (IANA number, -1 for all). */
export interface Grant {
  readonly protocol: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly addresses: AddressSet;
  readonly because: Because;
}

export type IdentityStrength = "arn" | "fqdn" | "hostname" | "address";

/** A policy object that stands for the database. */
export interface MatchedObject {
  readonly kind: "workload" | "virtualService";
  readonly href: Href;
  readonly by: IdentityStrength;
}

/** What policy says of one database. */
export interface DatabasePolicy {
  readonly arn: string;
  /** Empty when policy knows no object that stands for this database. */
  readonly matched: readonly MatchedObject[];
  /** Labels of the matched objects, key to values, for display. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /**
   * Allowed minus override-denied, on the database's own listener (TCP and its port): what a security group must say.
   */
  readonly allowed: AddressSet;
  /**
   * Grants on the listener, after subtraction of override denies, each with its reason. Their union is `allowed`.
   * The resolver makes them when they are first read: one per rule and consumer object, so they may be many.
   */
  readonly grants: readonly Grant[];
  /**
   * The rules that let in any address of a range, and the objects through which they do; the same as the grants would
   * tell, but quick, and bounded where there are very many.
   */
  readonly reasonsWithin: (range: AddressRange) => readonly Because[];
  /** Addresses that some override deny names on the listener. */
  readonly overrideDenied: AddressSet;
  /** Not empty when the answer cannot be trusted for this database (an unreadable override deny, say). */
  readonly incomplete: readonly Diagnostic[];
  /** What was dropped, narrowed, or not expressible, and why. */
  readonly findings: readonly Diagnostic[];
}

export interface Resolution {
  /** By database ARN, in the order of the databases given. */
  readonly databases: ReadonlyMap<string, DatabasePolicy>;
  /** Findings that belong to no database. */
  readonly findings: readonly Diagnostic[];
}

/** Switches where users may differ; each has the default that widens least. */
export interface ResolveOptions {
  /** Count a workload's `public_ip` among its addresses. Default false: VPC traffic uses private addresses. */
  readonly includePublicIp?: boolean;
  /** Direct workload and virtual-service actors count although they lie outside the scope. Default false. */
  readonly directActorsIgnoreScope?: boolean;
}
