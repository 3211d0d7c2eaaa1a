import type { Diagnostic } from "../diagnostic.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Assertion } from "./assertion/assertion.ts";
import type { PolicyMapping } from "./mapping/model.ts";

/**
 * A PCE href with the version segment normalised away: `/orgs/1/sec_policy/active/ip_lists/7` and its draft twin are
 * the same object. Ids may have 17 digits, so an href is never turned into a number.
 */
export type Href = string;

/** A part of a policy document that we could not read, with the reason. It fails closed where it stands. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly problem: Diagnostic;
}

export interface Label {
  readonly href: Href;
  readonly key: string;
  readonly value: string;
}

/** Labels and other groups that stand for "any of these" under one label key. May be nested and cyclic. */
export interface LabelGroup {
  readonly href: Href;
  readonly name: string;
  /** Absent in some documents; then it follows from the members. */
  readonly key?: string;
  readonly labels: readonly Href[];
  readonly subGroups: readonly Href[];
  /** Members that could not be read; each drops only itself for allows. */
  readonly unreadable: readonly Unreadable[];
}

/** Inclusive range of addresses of one family, as text of its first and last address. */
export interface IpRange {
  readonly from: string;
  readonly to: string;
  readonly exclusion: boolean;
}

/** A range that could not be read. Unless it is known to be no exclusion, the whole list is in doubt. */
export type UnreadableRange = Unreadable & { readonly exclusion?: boolean };

export interface IpList {
  readonly href: Href;
  readonly name: string;
  readonly ranges: readonly (IpRange | UnreadableRange)[];
  readonly fqdns: readonly string[];
}

/**
 * Protocol and inclusive ports that a service stands for. `protocol` is the IANA number, -1 for all; ports absent mean
 * every port.
 */
export interface ServicePort {
  readonly kind: "port";
  readonly protocol: number;
  readonly fromPort?: number;
  readonly toPort?: number;
  /**
   * Every TCP port, but said of whatever port the database listens on: the others are not meant, so it is no finding
   * that they are not granted.
   */
  readonly listener?: true;
}

export interface Service {
  readonly href: Href;
  readonly name: string;
  readonly ports: readonly (ServicePort | Unreadable)[];
}

export interface WorkloadInterface {
  readonly name: string;
  /** Address text as the PCE has it; unparsable ones are reported by the resolver. */
  readonly address: string;
  /** Length of the interface's subnet. */
  readonly cidrBlock?: number;
  readonly loopback: boolean;
  readonly linkLocal: boolean;
}

export interface Workload {
  readonly href: Href;
  readonly name?: string;
  readonly hostname?: string;
  readonly externalDataReference?: string;
  readonly publicIp?: string;
  readonly managed: boolean;
  readonly interfaces: readonly WorkloadInterface[];
  readonly ignoredInterfaceNames: readonly string[];
  readonly labels: readonly Href[];
  readonly unreadable: readonly Unreadable[];
}

export interface ServiceAddress {
  readonly fqdn?: string;
  readonly ip?: string;
  readonly port?: number;
}

export interface VirtualService {
  readonly href: Href;
  readonly name: string;
  readonly labels: readonly Href[];
  /** Exactly one of `service` and `servicePorts` is given in a sound document. */
  readonly service?: Href;
  readonly servicePorts: readonly (ServicePort | Unreadable)[];
  readonly serviceAddresses: readonly ServiceAddress[];
  /** Addresses or CIDRs that replace those of the bound workloads as peers see them. */
  readonly ipOverrides: readonly (Cidr | Unreadable)[];
  readonly externalDataReference?: string;
  /** Labels that could not be read: exclusions then do not match it when they allow, and do when they deny. */
  readonly unreadable?: readonly Unreadable[];
}

export interface PortOverride {
  readonly port?: number;
  readonly protocol?: number;
  readonly newPort: number;
  readonly newToPort?: number;
}

export interface ServiceBinding {
  readonly href: Href;
  readonly virtualService: Href;
  readonly workload: Href;
  readonly portOverrides: readonly (PortOverride | Unreadable)[];
}

/** One entry of a scope, or one label term of an actor list. */
export type LabelTerm =
  | { readonly kind: "label"; readonly href: Href; readonly exclusion: boolean }
  | { readonly kind: "labelGroup"; readonly href: Href; readonly exclusion: boolean };

/** One entry of a rule's providers or consumers. */
export type Actor =
  | LabelTerm
  | { readonly kind: "ams" }
  | { readonly kind: "workload"; readonly href: Href }
  | { readonly kind: "virtualService"; readonly href: Href }
  | { readonly kind: "ipList"; readonly href: Href }
  /** A selector that exists but that no security group can express or that we do not know: grants nothing, reported. */
  | (Unreadable & { readonly side: "direct" | "label" });

export type ScopeEntry = LabelTerm | Unreadable;

export type RuleService = { readonly kind: "service"; readonly href: Href } | ServicePort | Unreadable;

export type ResolveAs = "workloads" | "virtualServices";

/** Why a rule as a whole cannot be put in force by a security group. */
export type Inexpressible =
  | "userGroups"
  | "secureConnect"
  | "machineAuth"
  | "nonCorporateNetwork"
  | "unreadable";

interface RuleBase {
  readonly href: Href;
  readonly enabled: boolean;
  readonly description?: string;
  readonly providers: readonly Actor[];
  readonly consumers: readonly Actor[];
  readonly services: readonly RuleService[];
  readonly unscopedConsumers: boolean;
  readonly networkType: "brn" | "non_brn" | "all";
  /** Features of the rule that make it inexpressible: an allow then grants nothing and is reported. */
  readonly inexpressible: readonly { readonly kind: Inexpressible; readonly problem: Diagnostic }[];
  /** Line in a policy file, for explanations. */
  readonly line?: number;
}

export interface AllowRule extends RuleBase {
  readonly kind: "allow";
  readonly resolveProvidersAs: readonly ResolveAs[];
  readonly resolveConsumersAs: readonly ResolveAs[];
  readonly useWorkloadSubnets: readonly ("providers" | "consumers")[];
}

export interface DenyRule extends RuleBase {
  readonly kind: "deny";
  readonly override: boolean;
}

export interface RuleSet {
  readonly href: Href;
  readonly name: string;
  readonly enabled: boolean;
  /** Each scope is a list of entries that must all hold; scopes are evaluated one at a time. */
  readonly scopes: readonly (readonly ScopeEntry[])[];
  readonly rules: readonly AllowRule[];
  readonly denyRules: readonly DenyRule[];
}

/** The whole active (or draft) policy of a PCE or a policy file, as plain data. */
export interface Policy {
  readonly source: "pce" | "file";
  /** The PCE's policy version, or a digest of the content. */
  readonly version: string;
  readonly labels: readonly Label[];
  readonly labelGroups: readonly LabelGroup[];
  readonly ipLists: readonly IpList[];
  readonly services: readonly Service[];
  readonly workloads: readonly Workload[];
  readonly virtualServices: readonly VirtualService[];
  readonly serviceBindings: readonly ServiceBinding[];
  readonly ruleSets: readonly RuleSet[];
  /** False when any collection is known or suspected to be cut short: then nothing may be revoked. */
  readonly complete: boolean;
  /** What could not be read, at the level of whole objects. */
  readonly problems: readonly Diagnostic[];
  /** How AWS objects become workloads. Absent for a PCE, which lists its workloads itself. */
  readonly mapping?: PolicyMapping;
  /** What must hold, as the author of a policy file puts it. */
  readonly tests?: readonly Assertion[];
}
