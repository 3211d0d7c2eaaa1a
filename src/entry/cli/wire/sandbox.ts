import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import type { PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import type { Clock } from "../../../ports/clock.ts";
import { inProcessRequestHandler } from "../../../sandbox/aws/in-process.ts";
import { type SampleCompany, sampleCompany } from "../../../sandbox/company/sample-company.ts";
import { SANDBOX_KEY, sandboxPceFetch } from "../../../sandbox/pce/index.ts";

/** The embedded AWS and PCE with the sample company in them, opened for one command. */
export interface OpenSandbox {
  readonly sample: SampleCompany;
  readonly clients: AwsClients;
  readonly pce: PceClientOptions;
  /** The sandbox's own time: a wait takes no real time. */
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Opens a fresh sandbox in this process, without sockets. */
export function openSandbox(): OpenSandbox {
  const sample = sampleCompany();
  const clients = awsClients({
    region: sample.company.region,
    credentials: { accessKeyId: "AKIAMOATSANDBOX00000", secretAccessKey: "sandbox" },
    requestHandler: inProcessRequestHandler(sample.aws.sandbox),
    env: {},
  });
  return {
    sample,
    clients,
    pce: sandboxPce(sample),
    clock: sandboxClock(sample),
    close: async () => clients.close(),
  };
}

/** How our PCE client reaches the embedded PCE in this process. */
export function sandboxPce(sample: SampleCompany): PceClientOptions {
  return {
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    fetch: sandboxPceFetch(sample.pce.sandbox),
    clock: sandboxClock(sample),
  };
}

/** The sandbox's clock as the application sees it: to sleep is to let the sandbox's time pass. */
export function sandboxClock(sample: SampleCompany): Clock {
  return {
    now: () => sample.clock.now(),
    sleep: async (milliseconds) => {
      sample.clock.advance(milliseconds);
    },
  };
}
