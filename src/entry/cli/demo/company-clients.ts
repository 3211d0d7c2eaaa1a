import { interfaceOf, portOf } from "../../../sandbox/company/play-traffic.ts";
import type { WatchedClient } from "./connection-watch.ts";
import type { Stage } from "./stage.ts";

/** An address outside the company, to which nobody ever granted anything. */
export const STRANGER = "198.51.100.7";

/** Everybody who connects by habit, and a stranger at every database; what policy says comes from the PCE itself. */
export function habitualClients(stage: Stage): readonly WatchedClient[] {
  const { company } = stage;
  const judge = stage.open.sample.pce.sandbox.judge();
  const enforced = enforcedDatabases(stage);
  const habits = company.traffic.map(({ from, to }) => ({ from, to }));
  const strangers = company.databases.map(({ id }) => ({ from: STRANGER, to: id }));
  return [...habits, ...strangers].map(({ from, to }) => {
    const port = portOf(company, to);
    const address = company.consumers.find((c) => c.name === from)?.address ?? from;
    const database = company.databases.find((d) => d.id === to)?.address ?? "";
    const packet = { source: { address }, destination: { address: database }, port, protocol: 6 };
    return {
      name: from,
      source: from === STRANGER ? STRANGER : interfaceOf(stage.open.sample.aws, from),
      database: to,
      destination: interfaceOf(stage.open.sample.aws, to),
      port,
      policy: enforced.has(to) ? judge(packet).verdict : undefined,
    };
  });
}

/** Databases whose tag says `enforce` now. */
function enforcedDatabases(stage: Stage): ReadonlySet<string> {
  return new Set(
    stage.aws
      .rds()
      .instances.values()
      .flatMap(({ identifier, tags }) => (tags.get("moat:mode") === "enforce" ? [identifier] : [])),
  );
}

/** One client of the company at one database. */
export function client(stage: Stage, name: string, database: string): WatchedClient {
  return {
    name,
    source: interfaceOf(stage.open.sample.aws, name),
    database,
    destination: interfaceOf(stage.open.sample.aws, database),
    port: portOf(stage.company, database),
    policy: undefined,
  };
}
