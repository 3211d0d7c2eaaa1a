import type { ConnectionAttempt } from "../aws/model/network/attempt.ts";
import type { CompanyAws } from "./build-aws.ts";
import type { Company } from "./company.ts";

const HOUR_MS = 3_600_000;

/**
 * Lets the company work for some hours: every consumer connects as often as its habit says, evenly spread, and the
 * clock runs along. Whether a connection is admitted is decided by the groups in force at that moment.
 */
export function playTraffic(company: Company, aws: CompanyAws, hours: number): readonly ConnectionAttempt[] {
  const { clock, network } = aws.sandbox;
  const startMs = clock.now();
  const plan = company.traffic
    .flatMap(({ from, to, perHour }, habit) => {
      const count = Math.max(1, Math.round(perHour * hours));
      // Each habit has its own offset, so that they do not all strike at once.
      return Array.from({ length: count }, (_, i) => ({
        from,
        to,
        atMs: startMs + ((i + (habit + 1) / 16) * hours * HOUR_MS) / count,
      }));
    })
    .sort((a, b) => a.atMs - b.atMs);
  const attempts = plan.map(({ from, to, atMs }) => {
    clock.advanceTo(Math.round(atMs));
    return network.connect({
      source: interfaceOf(aws, from),
      destination: interfaceOf(aws, to),
      port: portOf(company, to),
    });
  });
  clock.advanceTo(startMs + hours * HOUR_MS);
  return attempts;
}

/** Interface id of a consumer or a database. */
export function interfaceOf(aws: CompanyAws, name: string): string {
  const found = aws.interfaces.get(name);
  if (found === undefined) throw new Error(`The company has no "${name}"`);
  return found;
}

/** The listener's port of a database. */
export function portOf(company: Company, id: string): number {
  const database = company.databases.find((d) => d.id === id);
  if (database === undefined) throw new Error(`The company has no database "${id}"`);
  return database.port;
}
