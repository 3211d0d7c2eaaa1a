import { defineConfig } from "vitest/config";

/** Everything here is sized for a machine with two cores. */
const WORKERS = 2;

/** Pure and in-process suites: threads start fastest. */
const quick = (name: string, include: string[]) => ({
  test: {
    name,
    include,
    pool: "threads" as const,
    maxWorkers: WORKERS,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

/** Suites that start servers or other programs: one file at a time, so that a timeout means a fault, not a queue. */
const heavy = (name: string, include: string[], testTimeout: number) => ({
  test: {
    name,
    include,
    pool: "forks" as const,
    fileParallelism: false,
    testTimeout,
    hookTimeout: 120_000,
  },
});

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    projects: [
      quick("unit", ["src/**/*.test.ts", "scripts/**/*.test.ts", "infra/**/*.test.ts"]),
      quick("architecture", ["test/*.test.ts", "test/{support,mutation,fuzz}/**/*.test.ts"]),
      quick("golden", ["test/golden/**/*.test.ts"]),
      quick("oracle", ["test/oracle/**/*.test.ts"]),
      heavy("contract", ["test/contract/**/*.test.ts"], 60_000),
      heavy("scenario", ["test/scenario/**/*.test.ts"], 120_000),
      heavy("simulation", ["test/simulation/**/*.test.ts"], 300_000),
      heavy("dataplane", ["test/dataplane/**/*.test.ts"], 120_000),
      heavy("e2e", ["test/e2e/**/*.test.ts", "test/docs/**/*.test.ts"], 120_000),
    ],
    coverage: { provider: "v8", include: ["src/**"], exclude: ["**/*.test.ts"], reporter: ["text-summary"] },
  },
});
