import type { Lab, LabDatabaseAt } from "../scenario/lab.ts";
import { OUT_PORT, ROLES } from "./sim-company.ts";

/** A port on which no policy grants anything. */
export const OTHER_PORT = 22;

/** Ports of others that databases may try; on the second no policy lets them. */
export const OUT_PORTS = [OUT_PORT, 443] as const;

/** How the port of somebody else stands in a key. */
export const outwards = (port: number): string => `out:${port}`;

/**
 * Who is admitted: `"<database> <interface> <address> <port>"`, by interface; and whom the database may open connections
 * to: the same with the port as {@link outwards} writes it.
 */
export type Admitted = ReadonlyMap<string, ReadonlySet<string>>;

interface Known {
  readonly why: string;
  readonly admitted: ReadonlySet<string>;
}

/**
 * Asks the network model who is admitted where, and asks again only about interfaces for which something changed: the
 * interface, a group on it, the members of a group that its rules name, or the groups that consumers stand behind.
 */
export class Admissions {
  readonly #lab: Lab;
  readonly #addresses: readonly string[];
  readonly #outwards: boolean;
  readonly #known = new Map<string, Known>();
  readonly #numbers = new WeakMap<object, number>();
  #count = 0;

  constructor(lab: Lab, addresses: readonly string[], looksOutwards: boolean) {
    this.#lab = lab;
    this.#addresses = addresses;
    this.#outwards = looksOutwards;
  }

  /** Everybody who is admitted now; an interface whose set is the same object as before is unchanged. */
  look(): Admitted {
    const consumers = ["apps", "clients", ...ROLES]
      .map((name) => this.#group(this.#lab.groups.get(name) ?? ""))
      .join();
    const admitted = new Map<string, ReadonlySet<string>>();
    for (const database of this.#lab.databases.values())
      for (const eni of database.interfaces())
        admitted.set(`${database.id} ${eni}`, this.#at(database, eni, consumers));
    return admitted;
  }

  #at(database: LabDatabaseAt, eni: string, consumers: string): ReadonlySet<string> {
    const why = `${consumers} ${this.#number(this.#lab.sandbox.ec2().interfaces.get(eni))} ${this.#groupsOn(eni)}`;
    const before = this.#known.get(`${database.id} ${eni}`);
    if (before?.why === why) return before.admitted;
    const admitted = this.#ask(database, eni);
    this.#known.set(`${database.id} ${eni}`, { why, admitted });
    return admitted;
  }

  #ask(database: LabDatabaseAt, eni: string): ReadonlySet<string> {
    const { sandbox } = this.#lab;
    const ipv6 = (sandbox.ec2().interfaces.get(eni)?.ipv6Addresses.length ?? 0) > 0;
    const admitted = new Set<string>();
    for (const source of this.#addresses) {
      if (source.includes(":") && !ipv6) continue;
      for (const port of [database.port, OTHER_PORT]) {
        const { refusedBy } = sandbox.network.admits({ source, destination: eni, port });
        if (refusedBy !== "destinationIngress") admitted.add(`${database.id} ${eni} ${source} ${port}`);
      }
      for (const port of this.#outwards ? OUT_PORTS : []) {
        const { refusedBy } = sandbox.network.admits({ source: eni, destination: source, port });
        if (refusedBy !== "sourceEgress") admitted.add(`${database.id} ${eni} ${source} ${outwards(port)}`);
      }
    }
    return admitted;
  }

  #groupsOn(eni: string): string {
    const ec2 = this.#lab.sandbox.ec2();
    return (ec2.interfaces.get(eni)?.groupIds ?? []).map((groupId) => this.#group(groupId)).join();
  }

  /** Changes whenever a group does, or the membership of a group that its rules name. */
  #group(groupId: string): string {
    const ec2 = this.#lab.sandbox.ec2();
    const group = ec2.groups.get(groupId);
    const named = (group?.rules ?? []).flatMap(({ peer, isEgress }) =>
      peer.kind === "group" && !isEgress ? ec2.interfacesOfGroup(peer.groupId) : [],
    );
    return [group, ...named.map((id) => ec2.interfaces.get(id))].map((o) => this.#number(o)).join("+");
  }

  /** Objects of the sandbox are replaced, never changed in place. */
  #number(object: object | undefined): number {
    if (object === undefined) return 0;
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    this.#count += 1;
    this.#numbers.set(object, this.#count);
    return this.#count;
  }
}

/** What is in the first and not in the second. */
export function difference(one: Admitted, other: Admitted): readonly string[] {
  return [...one].flatMap(([eni, keys]) => {
    const others = other.get(eni);
    return others === keys ? [] : [...keys].filter((key) => others?.has(key) !== true);
  });
}
