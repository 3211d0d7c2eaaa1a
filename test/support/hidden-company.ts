import { seededRandom } from "../../bench/seeded-random.ts";

type Labels = Readonly<Record<string, string>>;

export interface CompanySize {
  readonly apps: number;
  /** Databases; each belongs to one application and environment. */
  readonly databases: number;
  /** Workloads of one application, environment, role and place. */
  readonly fleet: number;
  /** Share of the pairs of the true policy that flow logs show, 0 to 1. */
  readonly seenShare: number;
}

export interface CompanyWorkload {
  readonly address: string;
  /** What it is; the true policy goes by this. */
  readonly truth: Labels;
  /** What its labels say. */
  readonly labels: Labels;
}

/** A company whose true policy nobody wrote down: only its traffic and its labels can be seen. */
export interface Company {
  readonly workloads: readonly CompanyWorkload[];
  readonly databases: readonly { readonly id: string; readonly address: string; readonly labels: Labels }[];
  /** Whether the true policy lets the workload into the database; both by position. */
  readonly allows: (workload: number, database: number) => boolean;
  /** Pairs that were seen and that the true policy allows: workload, database. */
  readonly seen: readonly (readonly [number, number])[];
  /** Addresses of nobody, and the databases that they reach. */
  readonly strangers: readonly { readonly address: string; readonly database: number }[];
}

/** What is wrong with a label that is not right: it is not there, it says something else, or it says too little. */
export type LabelFault = "missing" | "wrong" | "coarse";

const ENVS = ["prod", "stage", "dev"] as const;
const ROLES = ["web", "worker", "batch", "reporting", "admin", "monitoring"] as const;
const PLACES = ["eu", "us"] as const;
/** Words that people write where they do not look closer. */
const COARSE: Readonly<Record<string, string>> = { role: "server", app: "shared", env: "all", loc: "global" };

/**
 * Makes a company from a seed. Its true policy: an application's own roles reach its databases of the same environment,
 * each database's own choice of them; some take a role of another application; monitoring of the platform reaches all.
 *
 * @param quality share of labels that are right, 0 to 1
 * @param fault what is wrong with the others; without it they are missing, or (one in four) another value
 */
export function hiddenCompany(size: CompanySize, quality: number, seed = 7, fault?: LabelFault): Company {
  const random = seededRandom(seed);
  const chance = (share: number): boolean => random(1_000_000) < share * 1_000_000;
  const workloads = fleets(size).map(
    (truth, at): CompanyWorkload => ({ address: addressAt(10, at), truth, labels: truth }),
  );
  const databases = Array.from({ length: size.databases }, (_, at) => {
    const [app, env] = [`app${at % size.apps}`, ENVS[Math.floor(at / size.apps) % ENVS.length] ?? "prod"];
    const own = ROLES.slice(0, 4).filter(() => chance(0.5));
    const guest = chance(0.3)
      ? { app: `app${random(size.apps)}`, role: ROLES[random(4)] ?? "web" }
      : undefined;
    const labels: Labels = {
      role: "database",
      app,
      env,
      tier: `t${Math.floor(at / (size.apps * ENVS.length))}`,
    };
    return {
      id: `db${at}`,
      address: addressAt(11, at),
      labels,
      app,
      env,
      own: own.length > 0 ? own : ["web"],
      guest,
    };
  });
  const allows = (workload: number, database: number): boolean => {
    const [who, to] = [workloads[workload]?.truth, databases[database]];
    if (who === undefined || to === undefined || who.env !== to.env) return false;
    if (who.app === "app0" && who.role === "monitoring") return true;
    if (who.app === to.app) return to.own.some((role) => role === who.role);
    return who.app === to.guest?.app && who.role === to.guest?.role;
  };
  const seen: [number, number][] = [];
  for (const at of workloads.keys()) {
    for (const database of databases.keys())
      if (allows(at, database) && chance(size.seenShare)) seen.push([at, database]);
  }
  const blur = (truth: Labels): Labels =>
    Object.fromEntries(
      Object.entries(truth).flatMap(([key, value]) => {
        if (chance(quality)) return [[key, value]];
        const is = fault ?? (chance(0.25) ? "wrong" : "missing");
        if (is === "missing") return [];
        if (is === "coarse") return [[key, COARSE[key] ?? "shared"]];
        return [[key, key === "role" ? (ROLES[random(ROLES.length)] ?? value) : `${value}-old`]];
      }),
    );
  return {
    workloads: workloads.map((each) => ({ ...each, labels: blur(each.truth) })),
    databases: databases.map(({ id, address, labels }) => ({ id, address, labels: blur(labels) })),
    allows,
    seen,
    strangers: Array.from({ length: 50 }, (_, at) => ({
      address: addressAt(192, at),
      database: random(size.databases),
    })),
  };
}

function fleets({ apps, fleet }: CompanySize): readonly Labels[] {
  const all: Labels[] = [];
  for (let app = 0; app < apps; app += 1) {
    for (const env of ENVS)
      for (const role of ROLES)
        for (const loc of PLACES)
          for (let n = 0; n < fleet; n += 1) all.push({ role, app: `app${app}`, env, loc });
  }
  return all;
}

const addressAt = (first: number, at: number): string =>
  `${first}.${(at >>> 16) & 255}.${(at >>> 8) & 255}.${at & 255}`;
