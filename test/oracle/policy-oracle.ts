/**
 * Says of one packet whether policy allows it, in the plainest way there is: it looks at every rule, every scope, every
 * object, and compares numbers. Slow, and shares no code with what it checks; only the types are the same.
 */
import type {
  Actor,
  AllowRule,
  DenyRule,
  IpList,
  LabelTerm,
  Policy,
  PortOverride,
  RuleService,
  RuleSet,
  ScopeEntry,
  ServiceBinding,
  ServicePort,
  Unreadable,
  VirtualService,
  Workload,
} from "../../src/core/policy/model.ts";
import type { DatabaseIdentity, ResolveOptions } from "../../src/core/policy/resolution.ts";

type Thing = Workload | VirtualService;
type Term = LabelTerm | Unreadable;

/** An address as a family and a number. */
interface Ip {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface Oracle {
  /** Whether policy lets the address open a connection to the database's listener. */
  readonly allows: (address: string) => boolean;
  /** Whether an override deny that is not fully known covers the database. */
  readonly incomplete: () => boolean;
  /** Hrefs of the workloads that stand for the database. */
  readonly standing: () => readonly string[];
}

export function policyOracle(
  policy: Policy,
  database: DatabaseIdentity,
  options: ResolveOptions = {},
): Oracle {
  const standing = standingWorkloads(policy, database, options);
  return {
    allows: (text) => {
      const address = ip(text);
      if (address === undefined || database.port === undefined) return false;
      const packet = { policy, database, standing, address, options };
      return isAllowed(packet) && !denies(packet).some((deny) => deny.hits);
    },
    incomplete: () => {
      if (database.port === undefined) return true;
      const anyAddress: Ip = { bits: 32, value: 0n };
      return denies({ policy, database, standing, address: anyAddress, options }).some(
        (deny) => deny.doubtful,
      );
    },
    standing: () => standing.map((workload) => workload.href),
  };
}

interface Packet {
  readonly policy: Policy;
  readonly database: DatabaseIdentity;
  readonly standing: readonly Workload[];
  readonly address: Ip;
  readonly options: ResolveOptions;
}

// ---------------------------------------------------------------- which workloads stand for the database

function standingWorkloads(policy: Policy, database: DatabaseIdentity, options: ResolveOptions): Workload[] {
  for (const strength of ["arn", "fqdn", "hostname", "address"] as const) {
    const found = policy.workloads.filter(
      (w) =>
        names(w, database, strength, options) ||
        boundTo(policy, w).some((v) => serviceNames(v, database, strength)),
    );
    if (found.length > 0) return dedupe(found);
  }
  return [];
}

function names(w: Workload, database: DatabaseIdentity, strength: string, _options: ResolveOptions): boolean {
  if (strength === "arn") return arnsOf(database).includes(w.externalDataReference ?? "none");
  if (strength === "hostname") return database.endpoints.some((e) => sameHost(e, w.hostname));
  if (strength === "address") {
    return database.addresses.some((a) => hostAddresses(w, {}).some((mine) => same(mine, ip(a))));
  }
  return false;
}

function serviceNames(v: VirtualService, database: DatabaseIdentity, strength: string): boolean {
  if (strength === "arn") return arnsOf(database).includes(v.externalDataReference ?? "none");
  if (strength !== "fqdn") return false;
  return v.serviceAddresses.some((a) => database.endpoints.some((e) => sameHost(e, a.fqdn)));
}

function arnsOf(database: DatabaseIdentity): string[] {
  return [database.arn, ...database.memberArns];
}

function sameHost(a: string, b: string | undefined): boolean {
  return b !== undefined && a.toLowerCase().replace(/\.$/, "") === b.toLowerCase().replace(/\.$/, "");
}

function boundTo(policy: Policy, w: Workload): VirtualService[] {
  return policy.serviceBindings
    .filter((b) => b.workload === w.href)
    .flatMap((b) => policy.virtualServices.filter((v) => v.href === b.virtualService));
}

/** Virtual services whose labels speak for the database when something is denied. */
function speakingServices(packet: Packet): VirtualService[] {
  const { policy, database, standing } = packet;
  const speaking = standing.flatMap((w) => boundTo(policy, w));
  for (const strength of ["arn", "fqdn"] as const) {
    const naming = policy.virtualServices.filter((v) => serviceNames(v, database, strength));
    const workloadsToo = policy.workloads.some(
      (w) => names(w, database, strength, {}) || boundTo(policy, w).some((v) => naming.includes(v)),
    );
    speaking.push(...naming);
    if (workloadsToo) break;
  }
  return dedupe(speaking);
}

// ---------------------------------------------------------------- allows

function isAllowed(packet: Packet): boolean {
  for (const ruleSet of packet.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    for (const rule of ruleSet.rules) {
      for (const scope of scopesOf(ruleSet)) {
        if (rule.enabled && ruleAllows(packet, rule, scope)) return true;
      }
    }
  }
  return false;
}

function scopesOf(ruleSet: RuleSet): readonly (readonly ScopeEntry[])[] {
  return ruleSet.scopes.length === 0 ? [[]] : ruleSet.scopes;
}

function ruleAllows(packet: Packet, rule: AllowRule, scope: readonly ScopeEntry[]): boolean {
  const { policy } = packet;
  if (rule.inexpressible.length > 0 || rule.networkType === "non_brn") return false;
  if (scope.some((entry) => isBroken(policy, entry))) return false;
  if (labelTermsOf(rule.providers).some((term) => isBroken(policy, term))) return false;
  if (labelTermsOf(rule.consumers).some((term) => isBroken(policy, term))) return false;
  return servesOnListener(packet, rule, scope) && isConsumer(packet, rule, scope);
}

function servesOnListener(packet: Packet, rule: AllowRule, scope: readonly ScopeEntry[]): boolean {
  const { policy, database, standing, options } = packet;
  const port = database.port ?? -1;
  const labelled = rule.providers.some(isLabelLike);
  const hasWorkloadPart =
    (labelled && rule.resolveProvidersAs.includes("workloads")) ||
    rule.providers.some((actor) => actor.kind === "workload" || actor.kind === "ipList");
  const hasServicePart =
    (labelled && rule.resolveProvidersAs.includes("virtualServices")) ||
    rule.providers.some((actor) => actor.kind === "virtualService");
  if (hasServicePart && !hasWorkloadPart && rule.services.length > 0) return false;

  const isProvider = (thing: Thing, kind: "workload" | "virtualService"): boolean => {
    const inScope = scope.every((entry) => holds(policy, thing, entry));
    const as = kind === "workload" ? "workloads" : "virtualServices";
    const byLabel = rule.resolveProvidersAs.includes(as) && matchesLabels(policy, thing, rule.providers);
    const direct = rule.providers.some((actor) => actor.kind === kind && actor.href === thing.href);
    return (byLabel && inScope) || (direct && (inScope || options.directActorsIgnoreScope === true));
  };
  for (const w of standing) {
    if (isProvider(w, "workload") && portsOf(policy, rule.services).ports.some((p) => opens(p, port)))
      return true;
    for (const binding of policy.serviceBindings.filter((b) => b.workload === w.href)) {
      for (const v of policy.virtualServices.filter((each) => each.href === binding.virtualService)) {
        if (isProvider(v, "virtualService") && bindingOpens(policy, v, binding, port)) return true;
      }
    }
  }
  return false;
}

function isConsumer(packet: Packet, rule: AllowRule, scope: readonly ScopeEntry[]): boolean {
  const { policy, address, options } = packet;
  const scoped = !rule.unscopedConsumers;
  const isOne = (thing: Thing, kind: "workload" | "virtualService"): boolean => {
    const inScope = !scoped || scope.every((entry) => holds(policy, thing, entry));
    const as = kind === "workload" ? "workloads" : "virtualServices";
    const byLabel = rule.resolveConsumersAs.includes(as) && matchesLabels(policy, thing, rule.consumers);
    const direct = rule.consumers.some((actor) => actor.kind === kind && actor.href === thing.href);
    return (byLabel && inScope) || (direct && (inScope || options.directActorsIgnoreScope === true));
  };
  const subnets = rule.useWorkloadSubnets.includes("consumers");
  for (const w of policy.workloads) {
    if (isOne(w, "workload") && workloadHas(w, address, subnets, options)) return true;
  }
  for (const v of policy.virtualServices) {
    if (isOne(v, "virtualService") && serviceHas(policy, v, address, options)) return true;
  }
  return rule.consumers.some((actor) =>
    policy.ipLists.some(
      (list) => actor.kind === "ipList" && actor.href === list.href && listAllows(list, address),
    ),
  );
}

// ---------------------------------------------------------------- override denies

interface Deny {
  /** The packet is denied. */
  readonly hits: boolean;
  /** The deny covers the database's listener and is not fully known. */
  readonly doubtful: boolean;
}

function denies(packet: Packet): Deny[] {
  const out: Deny[] = [];
  for (const ruleSet of packet.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    for (const rule of ruleSet.denyRules) {
      if (!rule.enabled || !rule.override) continue;
      for (const scope of scopesOf(ruleSet)) out.push(denyIn(packet, rule, scope));
    }
  }
  return out;
}

const NOTHING: Deny = { hits: false, doubtful: false };

function denyIn(packet: Packet, rule: DenyRule, scope: readonly ScopeEntry[]): Deny {
  const { policy, database } = packet;
  if (rule.inexpressible.some((part) => part.kind === "unreadable")) return { hits: true, doubtful: true };
  const { ports, broken } = portsOf(policy, rule.services);
  const covers = ports.some((p) => opens(p, database.port ?? -1));
  const portsDoubtful = !covers && (broken || rule.services.length === 0);
  if (!covers && !portsDoubtful) return NOTHING;
  const provider = deniedProvider(packet, rule, scope);
  if (!provider.covered) return NOTHING;
  const consumer = deniedConsumer(packet, rule, scope);
  return { hits: consumer.hit, doubtful: portsDoubtful || provider.doubtful || consumer.doubtful };
}

function deniedProvider(packet: Packet, rule: DenyRule, scope: readonly ScopeEntry[]) {
  const { policy, standing } = packet;
  if (rule.providers.some((actor) => isUnknownObject(policy, actor)))
    return { covered: true, doubtful: true };
  const byLabel = (thing: Thing): boolean =>
    maybeMatchesLabels(policy, thing, rule.providers) &&
    scope.every((entry) => maybeHolds(policy, thing, entry));
  const direct = (thing: Thing, kind: string): boolean =>
    rule.providers.some((actor) => actor.kind === kind && "href" in actor && actor.href === thing.href);
  const covered =
    standing.some((w) => byLabel(w) || direct(w, "workload")) ||
    speakingServices(packet).some((v) => byLabel(v) || direct(v, "virtualService"));
  const labelDoubt = labelsDoubtful(policy, rule.providers, scope);
  const objectDoubt = standing.some((w) => byLabel(w) && w.unreadable.length > 0);
  return { covered, doubtful: labelDoubt || objectDoubt };
}

function deniedConsumer(packet: Packet, rule: DenyRule, scope: readonly ScopeEntry[]) {
  const { policy, address, options } = packet;
  const inScope = rule.unscopedConsumers ? [] : scope;
  let hit = false;
  let doubtful = labelsDoubtful(policy, rule.consumers, inScope);
  const everything = (): void => {
    hit = true;
    doubtful = true;
  };
  for (const actor of rule.consumers) {
    if (isUnknownObject(policy, actor)) everything();
    if (actor.kind === "ipList") {
      const list = policy.ipLists.find((each) => each.href === actor.href);
      if (list === undefined) everything();
      else {
        if (listDenies(list, address)) hit = true;
        if (list.ranges.some((range) => rangeOf(range) === undefined)) doubtful = true;
      }
    }
    if (actor.kind === "virtualService") {
      for (const v of policy.virtualServices.filter((each) => each.href === actor.href)) {
        if (serviceHas(policy, v, address, options)) hit = true;
        if (serviceUncertain(policy, v, options)) everything();
      }
    }
  }
  for (const w of policy.workloads) {
    const byLabel =
      maybeMatchesLabels(policy, w, rule.consumers) && inScope.every((entry) => maybeHolds(policy, w, entry));
    const direct = rule.consumers.some((actor) => actor.kind === "workload" && actor.href === w.href);
    if (!byLabel && !direct) continue;
    if (workloadHas(w, address, false, options)) hit = true;
    if (workloadUncertain(w, options)) everything();
  }
  return { hit, doubtful };
}

/** An actor that might be any workload, virtual service or address. */
function isUnknownObject(policy: Policy, actor: Actor): boolean {
  if (actor.kind === "unreadable") return true;
  if (actor.kind === "workload") return !policy.workloads.some((w) => w.href === actor.href);
  if (actor.kind === "virtualService") return !policy.virtualServices.some((v) => v.href === actor.href);
  return false;
}

function labelsDoubtful(policy: Policy, actors: readonly Actor[], scope: readonly ScopeEntry[]): boolean {
  if (!actors.some(isLabelLike)) return false;
  return [...labelTermsOf(actors), ...scope].some(
    (term) => isBroken(policy, term) || (term.kind === "labelGroup" && group(policy, term.href).broken),
  );
}

// ---------------------------------------------------------------- labels

interface Group {
  readonly exists: boolean;
  readonly key: string | undefined;
  readonly members: readonly string[];
  readonly broken: boolean;
}

function group(policy: Policy, href: string): Group {
  const root = policy.labelGroups.find((g) => g.href === href);
  if (root === undefined) return { exists: false, key: undefined, members: [], broken: true };
  const hrefs = new Set<string>();
  let broken = false;
  const visited = new Set<string>();
  const visit = (at: string): void => {
    if (visited.has(at)) return;
    visited.add(at);
    const here = policy.labelGroups.find((g) => g.href === at);
    if (here === undefined) {
      broken = true;
      return;
    }
    if (here.unreadable.length > 0) broken = true;
    for (const label of here.labels) hrefs.add(label);
    for (const sub of here.subGroups) visit(sub);
  };
  visit(href);
  const known = [...hrefs].filter((label) => keyOf(policy, label) !== undefined);
  if (known.length < hrefs.size) broken = true;
  const keys = new Set(known.map((label) => keyOf(policy, label)));
  const key = root.key ?? (keys.size === 1 ? [...keys][0] : undefined);
  const members = known.filter((label) => keyOf(policy, label) === key);
  if (members.length < known.length) broken = true;
  return { exists: true, key, members, broken };
}

function keyOf(policy: Policy, label: string): string | undefined {
  return policy.labels.find((each) => each.href === label)?.key;
}

/** The key and the labels a term stands for. */
function termOf(policy: Policy, term: LabelTerm): Group {
  if (term.kind === "labelGroup") return group(policy, term.href);
  const key = keyOf(policy, term.href);
  return {
    exists: key !== undefined,
    key,
    members: key === undefined ? [] : [term.href],
    broken: key === undefined,
  };
}

/** Whether losing what cannot be read of the term could widen. */
function isBroken(policy: Policy, term: Term): boolean {
  if (term.kind === "unreadable") return true;
  const { exists, key, broken } = termOf(policy, term);
  if (!exists) return true;
  if (term.exclusion) return broken || key === undefined;
  return broken && key === undefined;
}

function hasKey(policy: Policy, thing: Thing, key: string | undefined): boolean {
  return thing.labels.some((label) => key !== undefined && keyOf(policy, label) === key);
}

function carriesAny(thing: Thing, labels: readonly string[]): boolean {
  return labels.some((label) => thing.labels.includes(label));
}

function isUnreadable(thing: Thing): boolean {
  return (thing.unreadable ?? []).length > 0;
}

function holds(policy: Policy, thing: Thing, term: Term): boolean {
  if (term.kind === "unreadable" || isBroken(policy, term)) return false;
  const { key, members } = termOf(policy, term);
  if (!term.exclusion) return carriesAny(thing, members);
  return hasKey(policy, thing, key) && !carriesAny(thing, members) && !isUnreadable(thing);
}

function maybeHolds(policy: Policy, thing: Thing, term: Term): boolean {
  if (term.kind === "unreadable") return true;
  const { exists, key, members, broken } = termOf(policy, term);
  if (term.exclusion) return !carriesAny(thing, members);
  if (!exists || broken) return true;
  if (carriesAny(thing, members)) return true;
  return members.length > 0 && isUnreadable(thing) && !hasKey(policy, thing, key);
}

function isLabelLike(actor: Actor): boolean {
  return actor.kind === "ams" || isTerm(actor);
}

function isTerm(actor: Actor): actor is Extract<Actor, { kind: "label" | "labelGroup" | "unreadable" }> {
  if (actor.kind === "unreadable") return actor.side === "label";
  return actor.kind === "label" || actor.kind === "labelGroup";
}

function labelTermsOf(actors: readonly Actor[]): Term[] {
  return actors.filter(isTerm);
}

function matchesLabels(policy: Policy, thing: Thing, actors: readonly Actor[]): boolean {
  return labelsSay(policy, thing, actors, holds);
}

function maybeMatchesLabels(policy: Policy, thing: Thing, actors: readonly Actor[]): boolean {
  const lost = (term: Term): boolean =>
    term.kind === "unreadable" || (!term.exclusion && isBroken(policy, term));
  const open = labelTermsOf(actors).some(lost);
  const readable = actors.filter(
    (actor) => !open || !isTerm(actor) || (actor.kind !== "unreadable" && actor.exclusion),
  );
  return labelsSay(policy, thing, open ? [{ kind: "ams" }, ...readable] : readable, maybeHolds);
}

function labelsSay(policy: Policy, thing: Thing, actors: readonly Actor[], test: typeof holds): boolean {
  if (!actors.some(isLabelLike)) return false;
  const terms = labelTermsOf(actors);
  const excluded = terms.filter((term) => term.kind !== "unreadable" && term.exclusion);
  if (!excluded.every((term) => test(policy, thing, term))) return false;
  if (actors.some((actor) => actor.kind === "ams")) return true;
  const included = terms.filter((term) => term.kind !== "unreadable" && !term.exclusion);
  const keyed = (term: Term): string | undefined =>
    term.kind === "unreadable" ? undefined : termOf(policy, term).key;
  return included.every((term) => {
    const rivals = included.filter(
      (other) => other === term || (keyed(other) !== undefined && keyed(other) === keyed(term)),
    );
    return rivals.some((rival) => test(policy, thing, rival));
  });
}

// ---------------------------------------------------------------- ports

interface OraclePorts {
  readonly ports: readonly ServicePort[];
  readonly broken: boolean;
}

function portsOf(policy: Policy, services: readonly RuleService[]): OraclePorts {
  const ports: ServicePort[] = [];
  let broken = false;
  for (const service of services) {
    const listed =
      service.kind === "service" ? policy.services.find((s) => s.href === service.href)?.ports : [service];
    if (listed === undefined) broken = true;
    for (const port of listed ?? []) {
      if (port.kind === "unreadable" || !isSound(port)) broken = true;
      else ports.push(port);
    }
  }
  return { ports, broken };
}

function isSound({ fromPort, toPort }: ServicePort): boolean {
  if (fromPort === undefined) return toPort === undefined;
  return toPort === undefined || fromPort <= toPort;
}

function opens({ protocol, fromPort, toPort }: ServicePort, port: number): boolean {
  if (protocol !== 6 && protocol !== -1) return false;
  return fromPort === undefined || (fromPort <= port && port <= (toPort ?? fromPort));
}

function bindingOpens(policy: Policy, v: VirtualService, binding: ServiceBinding, port: number): boolean {
  const own: RuleService[] =
    v.service === undefined ? [...v.servicePorts] : [{ kind: "service", href: v.service }];
  const overrides = binding.portOverrides.filter((o): o is PortOverride => !("kind" in o));
  if (overrides.length < binding.portOverrides.length) return false;
  return portsOf(policy, own).ports.some((entry) => {
    const moving = overrides.filter((o) => moves(o, entry));
    if (moving.length === 0) return opens(entry, port);
    return moving.some((o) =>
      opens(
        {
          kind: "port",
          protocol: o.protocol ?? entry.protocol,
          fromPort: o.newPort,
          toPort: o.newToPort ?? o.newPort,
        },
        port,
      ),
    );
  });
}

function moves(o: PortOverride, entry: ServicePort): boolean {
  if (o.protocol !== undefined && entry.protocol !== -1 && o.protocol !== entry.protocol) return false;
  if (o.port === undefined || entry.fromPort === undefined) return true;
  return entry.fromPort <= o.port && o.port <= (entry.toPort ?? entry.fromPort);
}

// ---------------------------------------------------------------- addresses

function countedInterfaces(w: Workload) {
  return w.interfaces.filter(
    (i) => !i.loopback && !i.linkLocal && i.address !== "" && !w.ignoredInterfaceNames.includes(i.name),
  );
}

function hostAddresses(w: Workload, options: ResolveOptions): Ip[] {
  const texts = countedInterfaces(w).map((i) => i.address);
  if (options.includePublicIp === true && w.publicIp !== undefined) texts.push(w.publicIp);
  return texts.flatMap((text) => ip(text) ?? []).filter((a) => !isLocal(a));
}

function workloadHas(w: Workload, address: Ip, subnets: boolean, options: ResolveOptions): boolean {
  if (hostAddresses(w, options).some((mine) => same(mine, address))) return true;
  if (!subnets) return false;
  return countedInterfaces(w).some((i) => {
    const mine = ip(i.address);
    const length = i.cidrBlock ?? 0;
    if (mine === undefined || mine.bits !== address.bits || isLocal(mine)) return false;
    if (length < 1 || length > mine.bits) return false;
    const shift = BigInt(mine.bits - length);
    return mine.value >> shift === address.value >> shift;
  });
}

function workloadUncertain(w: Workload, options: ResolveOptions): boolean {
  if (w.unreadable.length > 0) return true;
  if (options.includePublicIp === true && w.publicIp !== undefined && ip(w.publicIp) === undefined)
    return true;
  return countedInterfaces(w).some((i) => ip(i.address) === undefined);
}

function serviceHas(policy: Policy, v: VirtualService, address: Ip, options: ResolveOptions): boolean {
  if (v.ipOverrides.length > 0) {
    return v.ipOverrides.some((o) => typeof o === "string" && inCidr(o, address));
  }
  return policy.workloads.some((w) => isBound(policy, v, w) && workloadHas(w, address, false, options));
}

function serviceUncertain(policy: Policy, v: VirtualService, options: ResolveOptions): boolean {
  if (v.ipOverrides.length > 0) return v.ipOverrides.some((o) => typeof o !== "string");
  return policy.workloads.some((w) => isBound(policy, v, w) && workloadUncertain(w, options));
}

function isBound(policy: Policy, v: VirtualService, w: Workload): boolean {
  return policy.serviceBindings.some((b) => b.virtualService === v.href && b.workload === w.href);
}

function rangeOf(range: IpList["ranges"][number]): readonly [Ip, Ip] | undefined {
  if ("kind" in range) return undefined;
  const [from, to] = [ip(range.from), ip(range.to)];
  if (from === undefined || to === undefined || from.bits !== to.bits || from.value > to.value)
    return undefined;
  return [from, to];
}

function inRange(range: IpList["ranges"][number], address: Ip): boolean {
  const found = rangeOf(range);
  if (found === undefined) return false;
  const [from, to] = found;
  return from.bits === address.bits && from.value <= address.value && address.value <= to.value;
}

function listAllows(list: IpList, address: Ip): boolean {
  if (list.ranges.some((r) => rangeOf(r) === undefined && r.exclusion !== false)) return false;
  return listHas(list, address);
}

function listDenies(list: IpList, address: Ip): boolean {
  if (list.ranges.some((r) => rangeOf(r) === undefined && r.exclusion !== true)) return true;
  return listHas(list, address);
}

function listHas(list: IpList, address: Ip): boolean {
  const included = list.ranges.some((r) => r.exclusion !== true && inRange(r, address));
  return included && !list.ranges.some((r) => r.exclusion === true && inRange(r, address));
}

function inCidr(cidr: string, address: Ip): boolean {
  const [base = "", length = ""] = cidr.split("/");
  const first = ip(base);
  if (first === undefined || first.bits !== address.bits) return false;
  const shift = BigInt(first.bits - Number(length));
  return first.value >> shift === address.value >> shift;
}

function isLocal({ bits, value }: Ip): boolean {
  if (bits === 32) return value >> 24n === 127n || value >> 16n === 169n * 256n + 254n;
  return value === 1n || value >> 118n === 0b1111111010n;
}

function same(a: Ip, b: Ip | undefined): boolean {
  return b !== undefined && a.bits === b.bits && a.value === b.value;
}

function ip(text: string): Ip | undefined {
  if (!text.includes(":")) return ipv4(text);
  const bare = text.split("%")[0] ?? "";
  if (!/^[0-9a-f:]+$/i.test(bare)) return undefined;
  const [head = "", tail] = bare.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill("0"), ...right];
  if (groups.length !== 8 || groups.some((g) => !/^[0-9a-f]{1,4}$/i.test(g))) return undefined;
  return { bits: 128, value: groups.reduce((sum, g) => sum * 65536n + BigInt(`0x${g}`), 0n) };
}

function ipv4(text: string): Ip | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return { bits: 32, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function dedupe<T extends { readonly href: string }>(list: readonly T[]): T[] {
  return list.filter((each, at) => list.findIndex((other) => other.href === each.href) === at);
}
