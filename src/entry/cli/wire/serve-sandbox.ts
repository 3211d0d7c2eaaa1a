import { SandboxClock } from "../../../sandbox/aws/model/clock.ts";
import { createSandboxAws } from "../../../sandbox/aws/sandbox-aws.ts";
import { type RunningSandbox, startSandboxAws } from "../../../sandbox/aws/server.ts";
import { LOG_BUCKET } from "../../../sandbox/company/build-aws.ts";
import { goOnWorking } from "../../../sandbox/company/go-on-working.ts";
import { playTraffic } from "../../../sandbox/company/play-traffic.ts";
import { sampleCompany } from "../../../sandbox/company/sample-company.ts";
import { subscribeFlowLogs } from "../../../sandbox/company/subscribe-flow-logs.ts";
import { createSandboxPce, SANDBOX_KEY, startSandboxPce } from "../../../sandbox/pce/index.ts";

export interface ServeOptions {
  /** Loopback port of the AWS; the PCE takes the next one. Absent: any free ports. */
  readonly port?: number;
  /** True: nothing in either of them. */
  readonly empty: boolean;
}

/** Both halves of a sandbox, listening on loopback. */
export interface ServedSandbox {
  readonly aws: string;
  readonly pce: string;
  /** What points any client at them, in the order in which people read it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the flow logs of the sample company arrive; absent in an empty sandbox. */
  readonly flows?: string;
  close(): Promise<void>;
}

/** People wait for it, so a change of groups takes seconds here, where RDS takes half a minute and more. */
const SHORT_TIMES = { effectiveAfterMs: 500, settledAfterMs: 1_500 };

const REGION = "eu-west-1";
/** The sample company has worked for so long before anybody looks: there are flow logs from the start. */
const HOURS_BEFORE = 1;

/** Starts an AWS and a PCE on 127.0.0.1, on the clock of this machine. */
export async function serveSandbox({ port, empty }: ServeOptions): Promise<ServedSandbox> {
  const inside = empty ? emptySandbox() : companyAtWork();
  const rds = inside.aws.rds();
  rds.timing = { ...rds.timing, ...SHORT_TIMES };
  const aws = await startSandboxAws({
    sandbox: inside.aws,
    wallClock: true,
    ...(port === undefined ? {} : { port }),
  });
  try {
    const pce = await startSandboxPce({
      sandbox: inside.pce,
      ...(port === undefined || port === 0 ? {} : { port: port + 1 }),
    });
    return {
      aws: aws.url,
      pce: pce.url,
      environment: environment(aws, pce.url),
      ...(inside.flows === undefined ? {} : { flows: inside.flows }),
      close: async () => {
        inside.stop();
        await Promise.all([aws.close(), pce.close()]);
      },
    };
  } catch (error) {
    await aws.close();
    throw error;
  }
}

function emptySandbox() {
  const clock = new SandboxClock(Date.now());
  return {
    aws: createSandboxAws({ region: REGION, clock }),
    pce: createSandboxPce({ now: () => clock.now() }),
    flows: undefined,
    stop: () => {},
  };
}

function companyAtWork() {
  const sample = sampleCompany({ startMs: Date.now() - HOURS_BEFORE * 3_600_000 });
  const { company, aws, pce } = sample;
  subscribeFlowLogs(aws);
  playTraffic(company, aws, HOURS_BEFORE);
  aws.sandbox.flowLogs.deliver();
  return {
    aws: aws.sandbox,
    pce: pce.sandbox,
    flows: `s3://${LOG_BUCKET}/AWSLogs/`,
    stop: goOnWorking(company, aws),
  };
}

const environment = ({ url }: RunningSandbox, pce: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "AKIAMOATSANDBOX00000",
  AWS_SECRET_ACCESS_KEY: "sandbox",
  AWS_REGION: REGION,
  MOAT_POLICY: pce,
  MOAT_PCE_KEY: SANDBOX_KEY.keyId,
  MOAT_PCE_SECRET: SANDBOX_KEY.secret,
  MOAT_PCE_ORG: "1",
});
