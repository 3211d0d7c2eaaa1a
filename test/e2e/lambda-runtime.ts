/**
 * Stands in for Lambda's runtime: loads the bundle that the argument names, takes events from the parent process one
 * at a time and sends back what the handler answered. What the handler prints goes to standard output, as in Lambda.
 */
import type { InvokeMessage, ReplyMessage } from "./lambda-process.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:moat-ingest";

interface Loaded {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
}

const [bundle = ""] = process.argv.slice(2);
const { handler } = (await import(bundle)) as Loaded;
process.send?.({ ready: true });

process.on("message", (message: InvokeMessage) => {
  void answer(message).then((reply) => process.send?.(reply));
});

async function answer({ requestId, event, timeoutMs }: InvokeMessage): Promise<ReplyMessage> {
  const end = Date.now() + timeoutMs;
  const context = {
    awsRequestId: requestId,
    functionName: "moat-ingest",
    functionVersion: "1",
    invokedFunctionArn: FUNCTION,
    memoryLimitInMB: "512",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => end - Date.now(),
  };
  try {
    return { requestId, answer: await handler(event, context) };
  } catch (error) {
    return { requestId, error: error instanceof Error ? error.message : String(error) };
  }
}
