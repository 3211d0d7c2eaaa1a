import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { vi } from "vitest";
import { logGroupFormats } from "../../../src/adapters/aws/log-group-formats.ts";
import { objectDigest } from "../../../src/adapters/history/object-digest.ts";
import { textsInMemory } from "../../../src/adapters/notify/texts-in-memory.ts";
import { createPceClient } from "../../../src/adapters/pce/pce-client.ts";
import { trafficUploadOf } from "../../../src/adapters/pce/pce-traffic-upload.ts";
import { uploadLedger } from "../../../src/adapters/pce/upload-ledger.ts";
import { ingestEvent } from "../../../src/entry/lambda/ingest-event.ts";
import type { LambdaDeps } from "../../../src/entry/lambda/wire.ts";
import { SANDBOX_KEY, sandboxPceFetch } from "../../../src/sandbox/pce/index.ts";
import { allowInLab, type Lab } from "../lab.ts";
import { faultLab } from "./fault-lab.ts";

/** One request to the PCE, as it left. */
export interface SentRequest {
  readonly path: string;
  readonly body: string;
  readonly headers: Headers;
}

/** A lab with a lambda in it, whose handler is the real one, and a bucket for flow logs. */
export interface LambdaLab {
  readonly lab: Lab;
  readonly deps: LambdaDeps;
  /** Everything that was logged, as text. */
  readonly logged: () => string;
  /** Uploads of flows, as they left. */
  readonly uploads: () => readonly SentRequest[];
  readonly requests: readonly SentRequest[];
  /** Puts a flow-log object, told apart by one word, and gives the record of an S3 event that announces it. */
  put(name: string, text: string): S3Record;
  handle(event: unknown): ReturnType<typeof ingestEvent>;
}

export interface S3Record {
  readonly eventName: string;
  readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
}

export const COLUMNS =
  "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type";

const BUCKET = "flow-logs";

/** A key as AWS gives it; objects with other keys are not taken for flow logs. */
const flowLogKey = (name: string): string =>
  `AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20260105T0900Z_${name.replace(/\W.*$/, "")}.log.gz`;

/** The database's address in a lab. */
export const databaseAddress = (lab: Lab): string =>
  lab.sandbox.rds().instance("orders").interfaces[0]?.privateIpAddress ?? "";

/** A record of the mission's format: somebody's first packet to the database. */
export const opening = (lab: Lab, source: string, port = 51_000): string =>
  `${source} ${databaseAddress(lab)} 3306 6 2 ${source} ${databaseAddress(lab)} ${port} ACCEPT IPv4`;

export const file = (...lines: readonly string[]): string => `${[COLUMNS, ...lines].join("\n")}\n`;

/** The text of a message in a queue. */
export const queueMessage = (messageId: string, ...records: readonly S3Record[]) => ({
  messageId,
  eventSource: "aws:sqs",
  body: JSON.stringify({ Records: records }),
});

/** Builds a lab with a lambda; `uploadAnswer` stands in for what the PCE says to uploads of flows. */
export function lambdaLab({ uploadAnswer }: { readonly uploadAnswer?: object } = {}): LambdaLab {
  const lab = faultLab();
  allowInLab(lab, "orders", ["role=web"]);
  lab.sandbox.seed.bucket(BUCKET);
  const requests: SentRequest[] = [];
  const inner = sandboxPceFetch(lab.pce);
  const client = createPceClient({
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    clock: lab.ports.clock,
    fetch: (input, init) => {
      const { pathname } = new URL(String(input));
      const body = typeof init?.body === "string" ? init.body : "";
      requests.push({ path: pathname, body, headers: new Headers(init?.headers) });
      const isUpload = pathname.endsWith("/bulk_traffic_flows");
      return isUpload && uploadAnswer !== undefined
        ? Promise.resolve(Response.json(uploadAnswer))
        : inner(input, init);
    },
  });
  const logger = new Logger({ serviceName: "test" });
  const lines: unknown[] = [];
  for (const level of ["info", "warn", "error"] as const)
    vi.spyOn(logger, level).mockImplementation((...line) => void lines.push(line));
  const ports = {
    inventory: lab.inventory,
    policy: lab.policy,
    upload: {
      to: trafficUploadOf(client),
      ledger: uploadLedger(textsInMemory(() => lab.ports.clock.now())),
      clock: lab.ports.clock,
      newId: randomUUID,
      digestOf: objectDigest,
      keepDays: 400,
    },
    apply: lab.ports,
  };
  const deps: LambdaDeps = {
    clients: lab.clients,
    formatsOf: logGroupFormats(lab.clients, lab.ports.clock.now, () => {}),
    logger,
    ports,
    portsOf: () => Promise.resolve(ports),
    settings: { plan: lab.settings },
  };
  return {
    lab,
    deps,
    requests,
    logged: () => JSON.stringify(lines),
    uploads: () => requests.filter((r) => r.path.endsWith("/bulk_traffic_flows")),
    put: (name, text) => {
      const key = flowLogKey(name);
      lab.sandbox.s3.putObject(BUCKET, key, text);
      return {
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key) } },
      };
    },
    handle: (event) => ingestEvent(deps, event),
  };
}
