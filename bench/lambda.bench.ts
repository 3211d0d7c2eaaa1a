/**
 * The bundles of the Lambda functions and their cold starts: bytes, files and source modules; milliseconds from the
 * start of the process until the handler could take an event, beside Node alone and, where .venv has boto3, beside
 * Python making the clients for the same services. One line of JSON.
 *
 *     node bench/lambda.bench.ts [runs]
 *
 * The contenders take turns, so that whatever else the machine does strikes all of them. Bytes are checked hard.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bundle, bundleHandlers } from "../scripts/build.ts";

const MAX_BYTES = 1_500_000;
const MAX_START_BYTES = 600_000;
const runs = Number(process.argv[2] ?? 11);
const PYTHON = join(import.meta.dirname, "..", ".venv", "bin", "python");
const ENV = {
  PATH: process.env.PATH,
  AWS_REGION: "eu-west-1",
  AWS_DEFAULT_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  MOAT_PCE_URL: "https://pce.example.com:8443",
  MOAT_PCE_SECRET_ID: "moat/pce",
  MOAT_STATE: "s3://moat/state",
  MOAT_CANARY: "sg-0123456789abcdef0",
  MOAT_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/111122223333/moat.fifo",
};
/** What each function asks of AWS in an ordinary run. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  heartbeat: ["ec2"],
  ingest: ["ec2", "rds", "s3", "service-quotas", "sts", "secretsmanager", "sqs"],
  reconcile: ["ec2", "rds", "s3", "service-quotas", "sts", "secretsmanager", "events"],
  sweep: ["ec2", "rds", "s3", "service-quotas", "sts", "secretsmanager", "sqs", "events"],
};
const boto3 = (services: readonly string[]): string =>
  `import boto3\nfor name in ${JSON.stringify(services)}: boto3.client(name)`;

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const node = (name: string, code: string): Contender => ({
  name,
  command: process.execPath,
  args: ["--input-type=module", "-e", code],
});

function contenders(bundles: readonly Bundle[]): readonly Contender[] {
  const hasBoto3 = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import boto3"]).status === 0;
  return [
    { name: "node -e 0", command: process.execPath, args: ["-e", "0"] },
    ...(hasBoto3 ? [{ name: "python -c 0", command: PYTHON, args: ["-c", "0"] }] : []),
    ...bundles.flatMap(({ handler, folder }) => {
      const file = JSON.stringify(join(folder, "index.mjs"));
      const ready = `const { handler } = await import(${file}); if (typeof handler !== "function") process.exit(3);`;
      const clients = boto3(SERVICES[handler] ?? []);
      return [
        node(`${handler}: handler ready`, ready),
        // As if every client were wanted at once, which no event does.
        node(`${handler}: every file of the bundle loaded`, everyFile(folder)),
        ...(hasBoto3
          ? [{ name: `${handler}: boto3 clients made`, command: PYTHON, args: ["-c", clients] }]
          : []),
      ];
    }),
  ];
}

const everyFile = (folder: string): string =>
  `import { readdirSync } from "node:fs"; for (const name of readdirSync(${JSON.stringify(folder)})) if (name.endsWith(".mjs")) await import(${JSON.stringify(`${folder}/`)} + name);`;

function milliseconds({ name, command, args }: Contender): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { env: ENV });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

const target = mkdtempSync(join(tmpdir(), "moat-bundle-"));
try {
  const bundles = await bundleHandlers(target);
  for (const { handler, bytes, startBytes } of bundles) {
    if (bytes > MAX_BYTES) throw new Error(`${handler} has ${bytes} bytes, more than ${MAX_BYTES}`);
    if (startBytes > MAX_START_BYTES)
      throw new Error(`${handler}: ${startBytes} bytes are loaded at start, more than ${MAX_START_BYTES}`);
  }
  const started = bundles.filter(({ handler }) => SERVICES[handler] !== undefined);
  if (started.length !== Object.keys(SERVICES).length) throw new Error("A function is missing");
  const all = contenders(started);
  const times = new Map(all.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < runs; run += 1)
    for (const each of all) times.get(each.name)?.push(milliseconds(each));
  const sorted = [...times].map(([name, list]) => [name, list.toSorted((a, b) => a - b)] as const);
  const at = (share: number) =>
    Object.fromEntries(
      sorted.map(([name, list]) => [name, Math.round(list[Math.floor((list.length - 1) * share)] ?? 0)]),
    );
  console.log(
    JSON.stringify({
      bench: "lambda",
      bundles: bundles.map(({ folder: _, ...counts }) => counts),
      runs,
      medianMs: at(0.5),
      leastMs: at(0),
      node: process.version,
    }),
  );
} finally {
  rmSync(target, { recursive: true, force: true });
}
