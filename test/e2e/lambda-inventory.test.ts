import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { useBundle } from "./lambda-bundle.ts";
import { lambdaLab } from "./lambda-lab.ts";

const bundle = useBundle();

it.each([
  { name: "which hands databases over", queue: true, again: 0 },
  { name: "which changes databases itself", queue: false, again: 1 },
])(
  "a warm ingest $name reads what AWS has $again times for a second object within a minute",
  async ({ queue, again }) => {
    const lab = await lambdaLab(bundle());
    const sqs = new SQSClient({
      endpoint: lab.endpoint,
      region: lab.company.region,
      credentials: { accessKeyId: "AKIAOTHER00000000001", secretAccessKey: "x" },
    });
    try {
      const { QueueUrl = "" } = await sqs.send(
        new CreateQueueCommand({ QueueName: "moat.fifo", Attributes: { FifoQueue: "true" } }),
      );
      const ingest = await lab.start(queue ? { MOAT_QUEUE_URL: QueueUrl } : {});
      /** Reads of all databases; those of single ones, while something is changed, have an identifier. */
      const readsOf = async (): Promise<number> => {
        const event = await lab.work();
        const before = lab.aws.sandbox.calls.length;
        expect((await lab.deliver(ingest, event)).failed).toEqual([]);
        return lab.aws.sandbox.calls
          .slice(before)
          .filter(
            ({ call }) =>
              call.operation === "DescribeDBClusters" && !/dentifier/.test(JSON.stringify(call.input)),
          ).length;
      };
      expect(await readsOf()).toBeGreaterThan(0);
      // Everything is in place by now, where it is done here.
      expect(await readsOf()).toBe(again);
    } finally {
      sqs.destroy();
      await lab.close();
    }
  },
);
