import { ruleKey } from "../../src/sandbox/aws/model/ec2/security-group.ts";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { known, type Lab } from "../scenario/lab.ts";
import { OTHER_PORT } from "./admissions.ts";
import type { CrashShape, Scene } from "./crash-shapes.ts";
import { type Doom, type Process, startProcess } from "./doomed-process.ts";
import { type Grants, Invariants } from "./invariants.ts";

/** What came of a run, and of the one after it. */
export interface CrashReport {
  /** Everything that must not have been, in words. */
  readonly violations: readonly string[];
  /** Operations of all write calls before the database stood as it should. */
  readonly calls: readonly string[];
  /** Those of one more run. */
  readonly idle: readonly string[];
  /** Groups that the database `orders` carries in the end, by name. */
  readonly groups: readonly string[];
  /** Whether a rule of the database `orders` names a group, before the run and in the end. */
  readonly named: { readonly before: boolean; readonly after: boolean };
  /** All groups, rules, tags and lists in the end, in a form that does not depend on what AWS named them. */
  readonly state: readonly string[];
  /** Whether the doomed process came as far as its fate. */
  readonly met: boolean;
  /** How many connection attempts were judged. */
  readonly probes: number;
}

/** How long after the death of a process somebody starts the next. */
export interface Crash {
  readonly doom: Doom;
  readonly pauseMs: number;
}

/** Sets a scene, lets one process come to harm in it if asked to, and a fresh one do what is left to do. */
export async function play(shape: CrashShape, crash?: Crash): Promise<CrashReport> {
  const scene = await shape.set();
  const { lab, meant } = scene;
  const addresses = addressesOf(lab);
  const invariants = new Invariants(lab, addresses);
  invariants.setGrants(grantsOf(scene, addresses));
  const egress = watchEgress(lab);
  const before = lab.writes().length;
  const namedBefore = namesGroup(lab);
  const fresh = startProcess(lab, scene.acknowledged);
  let doomed: Process | undefined;
  const sighting = await lab.connections.during(meant, async () => {
    if (crash !== undefined) {
      doomed = startProcess(lab, scene.acknowledged, crash.doom);
      await runIn(scene, invariants, doomed);
      lab.clock.advance(crash.pauseMs);
    }
    await runIn(scene, invariants, fresh);
    lab.settle();
  });
  const calls = lab.writes().slice(before);
  const state = stateOf(lab);
  const wrong = wronglyAdmitted(scene, addresses);
  await runIn(scene, invariants, fresh);
  return {
    violations: [...sighting.violations, ...invariants.violations, ...egress(), ...wrong],
    calls,
    idle: lab.writes().slice(before + calls.length),
    groups: nameGroups(lab.sandbox, known(lab.databases, "orders").groups()),
    named: { before: namedBefore, after: namesGroup(lab) },
    state,
    met: doomed?.met() ?? false,
    probes: sighting.probes,
  };
}

let runs = 0;

async function runIn(scene: Scene, invariants: Invariants, process: Process): Promise<void> {
  const { rollsBack, meant, lab } = scene;
  runs += 1;
  const run = runs;
  invariants.audits.push(process.installation.audit);
  invariants.runStarts(run);
  if (rollsBack !== undefined) {
    const { port } = known(lab.databases, rollsBack);
    const reach = addressesOf(lab).filter((a) => meant(rollsBack, a));
    invariants.meansToo(rollsBack, new Set(reach.map((a) => `${a} ${port}`)));
  }
  await process.live(async (moat) => (rollsBack === undefined ? moat.run() : moat.rollback(rollsBack)));
  invariants.runEnds(run);
}

/** Consumers, and some who are none. */
const addressesOf = (lab: Lab): readonly string[] => lab.connections.addresses;

const grantsOf = ({ lab, meant, rollsBack }: Scene, addresses: readonly string[]): Grants =>
  new Map(
    [...lab.databases.values()].map(({ id, port }) => [
      id,
      new Set(rollsBack === id ? [] : addresses.filter((a) => meant(id, a)).map((a) => `${a} ${port}`)),
    ]),
  );

/** Whoever is admitted in the end against what is meant, or not admitted. */
function wronglyAdmitted({ lab, meant }: Scene, addresses: readonly string[]): readonly string[] {
  const { network } = lab.sandbox;
  return [...lab.databases.values()].flatMap(({ id, port, interfaces }) =>
    interfaces().flatMap((destination) => {
      const ipv6 = (lab.sandbox.ec2().interfaces.get(destination)?.ipv6Addresses.length ?? 0) > 0;
      return addresses
        .filter((a) => ipv6 || !a.includes(":"))
        .flatMap((source) =>
          [port, OTHER_PORT].flatMap((p) => {
            const is = network.admits({ source, destination, port: p }).refusedBy !== "destinationIngress";
            const should = p === port && meant(id, source);
            return is === should ? [] : [`S6: ${source} is ${is ? "" : "not "}admitted to ${id} port ${p}`];
          }),
        );
    }),
  );
}

const DESTINATIONS = ["10.20.1.11", "198.51.100.9"];

/** No shape of a plan changes what a database itself may open. @returns a function that tells what did */
function watchEgress(lab: Lab): () => readonly string[] {
  const opens = (): string =>
    [...lab.databases.values()]
      .flatMap((d) => d.interfaces())
      .flatMap((source) =>
        DESTINATIONS.map(
          (destination) =>
            lab.sandbox.network.admits({ source, destination, port: 443 }).refusedBy !== "sourceEgress",
        ),
      )
      .join();
  const start = opens();
  const seen = new Set<string>();
  lab.sandbox.network.onChange(() => seen.add(opens()));
  return () => [...seen].filter((s) => s !== start).map((s) => `egress was ${start} and became ${s}`);
}

function nameGroups({ ec2 }: SandboxAws, ids: readonly string[]): readonly string[] {
  return ids.map((id) => ec2().groups.get(id)?.groupName ?? id).sort();
}

/** Whether a rule in force at the database `orders` names a group as its peer. */
function namesGroup({ sandbox, databases }: Lab): boolean {
  const rules = known(databases, "orders")
    .groups()
    .flatMap((id) => sandbox.ec2().groups.get(id)?.rules ?? []);
  return rules.some((rule) => !rule.isEgress && rule.peer.kind === "group");
}

/** Managed groups have no name in it: one that was begun twice is called otherwise. */
function stateOf({ sandbox, databases }: Lab): readonly string[] {
  const { groups, interfaces: cards, tags } = sandbox.ec2();
  const tagged = (id: string): string => JSON.stringify([...tags.of(id)].sort());
  const name = (id: string): string =>
    tags.of(id).has("moat:owner") ? "managed" : (groups.get(id)?.groupName ?? id);
  const names = (ids: readonly string[]): string => ids.map(name).sort().join();
  const rds = sandbox.rds();
  const resources = [...rds.clusters.values(), ...rds.instances.values(), ...rds.proxies.values()];
  return [
    ...groups.values().map((group) => {
      const rules = group.rules.map(
        (rule) =>
          `${rule.isEgress ? "to" : "from"} ${ruleKey(rule)} ${rule.description ?? ""} ${tagged(rule.securityGroupRuleId)}`,
      );
      return [name(group.groupId), group.description, tagged(group.groupId), ...rules.sort()].join("\n");
    }),
    ...resources.map((r) => {
      const settled = r.assignment.change === undefined ? "settled" : "changing";
      return `${r.arn} ${names(r.assignment.groups)} ${JSON.stringify([...r.tags].sort())} ${settled}`;
    }),
    ...[...databases.values()].flatMap(({ id, interfaces }) =>
      interfaces().map((eni) => `${id} ${names(cards.get(eni)?.groupIds ?? [])}`),
    ),
  ].sort();
}
