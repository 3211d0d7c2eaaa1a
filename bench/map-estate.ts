import { DECISIONS, type MapData, type MapDatabase } from "../src/core/map/map-data.ts";
import { seededRandom } from "./seeded-random.ts";

const ENVIRONMENTS = ["prod", "stage", "dev"];
const ROLES = ["web", "api", "batch", "reporting", "worker", "admin"];
const PLACES = ["eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2"];
const START = 1_767_225_600;
const DAY = 86_400;
/** Consumers that policy knows nothing of, one of so many. */
const STRANGERS = 40;

export interface MapEstateSize {
  readonly databases: number;
  readonly conversations: number;
}

/** A day of a group of companies: applications of which each talks mostly to its own databases. */
export function mapEstate({ databases, conversations }: MapEstateSize): MapData {
  const random = seededRandom(7);
  const apps = Math.max(1, Math.round(databases / 25));
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? "";
  const workloads = Array.from({ length: Math.round(conversations / 5) }, (_, at) => ({
    name: `host-${at}`,
    labels: { app: `app-${random(apps)}`, env: pick(ENVIRONMENTS), loc: pick(PLACES), role: pick(ROLES) },
  }));
  const places = Array.from({ length: databases }, (_, at) => database(at, `app-${at % apps}`, pick));
  const columns = Array.from({ length: conversations }, (_, link) => {
    const consumer = link % workloads.length;
    const own = Number(workloads[consumer]?.labels.app.slice(4) ?? 0);
    // Nine of ten stay within their application.
    const to = random(10) > 0 ? own + apps * random(Math.floor(databases / apps)) : random(databases);
    const first = START + random(DAY);
    return {
      consumer,
      database: Math.min(databases - 1, to),
      first,
      last: first + random(3_600),
      says: [0, 0, 0, 0, 1, 2, 3][random(7)] ?? 0,
      draft: random(50),
    };
  });
  const rejected = (says: number): boolean => DECISIONS[says] === "blocked";
  return {
    version: 1,
    kind: "map",
    policy: { source: "pce", version: "81" },
    draft: { name: "PCE draft", version: "82" },
    observed: true,
    labelKeys: ["app", "env", "loc", "role"],
    databases: places,
    workloads,
    consumers: workloads.map((_, at) => ({
      address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
      ...(at % STRANGERS === 0 ? {} : { workload: at }),
    })),
    links: {
      consumer: columns.map(({ consumer }) => consumer),
      database: columns.map((each) => each.database),
      port: columns.map(() => 5432),
      accepted: columns.map(({ says }) => (rejected(says) ? 0 : 12)),
      rejected: columns.map(({ says }) => (rejected(says) ? 3 : 0)),
      first: columns.map(({ first }) => first),
      last: columns.map(({ last }) => last),
      reported: columns.map(({ says }) => says),
      draft: columns.map(({ says, draft }) => (draft === 0 ? 1 : says)),
    },
    notes: [],
  };
}

function database(at: number, app: string, pick: (list: readonly string[]) => string): MapDatabase {
  return {
    id: `${app}-db-${at}`,
    arn: `arn:aws:rds:eu-west-1:111122223333:db:${app}-db-${at}`,
    kind: "instance",
    engine: "postgres",
    port: 5432,
    mode: "enforce",
    inSync: true,
    labels: { app, env: pick(ENVIRONMENTS), loc: pick(PLACES), role: "database" },
    accountId: "111122223333",
    region: "eu-west-1",
    reachable: { now: "40", nowUnknown: false, planned: "40" },
    quota: { used: 40, limit: 60 },
    drift: [],
    steps: [],
    refused: [],
    losesAccess: [],
    findings: [],
  };
}
