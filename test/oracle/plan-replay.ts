/**
 * A second, plain reading of a plan: applies the printed steps to a tiny model of EC2 and RDS and checks, after each
 * one, that nobody allowed before and after is refused and nobody else is let in. Shares no code with the planner; it
 * reads only the printed plan and knows addresses 10.0.0.0 to 10.0.0.15 one by one.
 */
export interface ReplayRule {
  readonly direction: string;
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: string;
}

export interface ReplayWorld {
  readonly groups: Map<string, ReplayRule[]>;
  attached: string[];
  readonly groupsPerInterface: number;
  readonly rulesPerGroup: number;
  /** Hosts behind the groups that rules name. */
  readonly members?: ReadonlyMap<string, ReadonlySet<number>>;
}

export interface ReplayStep {
  readonly action: string;
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly rules?: readonly ReplayRule[];
}

const ADDRESSES = Array.from({ length: 16 }, (_, i) => i);

/** Which of the sixteen addresses may open a connection to the port. */
export function admittedHosts(world: ReplayWorld, groups: readonly string[], port: number): Set<number> {
  const rules = groups.flatMap((g) => world.groups.get(g) ?? []);
  return new Set(ADDRESSES.filter((host) => rules.some((r) => admits(r, host, port, world.members))));
}

function admits(rule: ReplayRule, host: number, port: number, members: ReplayWorld["members"]): boolean {
  if (rule.direction !== "ingress") return false;
  const portFits =
    rule.protocol === "-1" ||
    (rule.protocol === "tcp" && (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65535));
  if (!portFits || rule.source.includes(":")) return false;
  if (rule.source.startsWith("sg-")) return members?.get(rule.source)?.has(host) === true;
  const [base = "", length = "32"] = rule.source.split("/");
  const bits = (text: string): string =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  return bits(base).slice(0, Number(length)) === bits(`10.0.0.${host}`).slice(0, Number(length));
}

/** Carries out the steps; returns the first violation in words, or undefined. */
export function replay(
  world: ReplayWorld,
  steps: readonly ReplayStep[],
  wanted: ReadonlySet<number>,
  port: number,
): string | undefined {
  const before = admittedHosts(world, world.attached, port);
  for (const [i, step] of steps.entries()) {
    const broken = apply(world, step) ?? compare(admittedHosts(world, world.attached, port), before, wanted);
    if (broken !== undefined) return `step ${i + 1} (${step.action}): ${broken}`;
  }
  const after = admittedHosts(world, world.attached, port);
  const same = after.size === wanted.size && [...after].every((h) => wanted.has(h));
  return same ? undefined : `at the end ${[...after]} are admitted instead of ${[...wanted]}`;
}

function compare(
  now: ReadonlySet<number>,
  before: ReadonlySet<number>,
  wanted: ReadonlySet<number>,
): string | undefined {
  const cut = ADDRESSES.find((h) => before.has(h) && wanted.has(h) && !now.has(h));
  if (cut !== undefined) return `10.0.0.${cut} is cut off though allowed before and after`;
  const extra = ADDRESSES.find((h) => now.has(h) && !before.has(h) && !wanted.has(h));
  return extra === undefined
    ? undefined
    : `10.0.0.${extra} is let in though allowed neither before nor after`;
}

const keyOf = (r: ReplayRule): string =>
  [r.direction, r.protocol, r.fromPort ?? "", r.toPort ?? "", r.source].join(" ");

function apply(world: ReplayWorld, step: ReplayStep): string | undefined {
  const group = step.group ?? "";
  switch (step.action) {
    case "createSecurityGroup":
      if (world.groups.has(group)) return `group ${group} exists`;
      world.groups.set(group, [{ direction: "egress", protocol: "-1", source: "0.0.0.0/0" }]);
      return undefined;
    case "authorize":
      return authorize(world, group, step.rules ?? []);
    case "revoke":
      return revoke(world, group, step.rules ?? []);
    case "setDatabaseGroups":
      return attach(world, step.groups ?? []);
    case "deleteSecurityGroup":
      if (world.attached.includes(group)) return `group ${group} is attached`;
      return world.groups.delete(group) ? undefined : `group ${group} does not exist`;
    default:
      return undefined;
  }
}

function authorize(world: ReplayWorld, group: string, rules: readonly ReplayRule[]): string | undefined {
  const standing = world.groups.get(group);
  if (standing === undefined) return `group ${group} does not exist`;
  for (const rule of rules) {
    if (standing.some((r) => keyOf(r) === keyOf(rule))) return `duplicate rule ${keyOf(rule)}`;
    standing.push(rule);
  }
  const ingress = standing.filter((r) => r.direction === "ingress").length;
  return ingress > world.rulesPerGroup ? `${ingress} rules in ${group}` : undefined;
}

function revoke(world: ReplayWorld, group: string, rules: readonly ReplayRule[]): string | undefined {
  const standing = world.groups.get(group);
  if (standing === undefined) return `group ${group} does not exist`;
  for (const rule of rules) {
    const at = standing.findIndex((r) => keyOf(r) === keyOf(rule));
    if (at < 0) return `no rule ${keyOf(rule)} in ${group}`;
    standing.splice(at, 1);
  }
  return undefined;
}

function attach(world: ReplayWorld, groups: readonly string[]): string | undefined {
  if (groups.length === 0) return "an empty list of groups";
  if (groups.length > world.groupsPerInterface) return `${groups.length} groups on the interface`;
  const unknown = groups.find((g) => !world.groups.has(g));
  if (unknown !== undefined) return `group ${unknown} does not exist`;
  world.attached = [...groups];
  return undefined;
}
