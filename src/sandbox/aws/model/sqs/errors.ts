import { AwsError } from "../aws-error.ts";

/** Code in the JSON protocol, and in the older query protocol where that differs. */
const QUERY_CODE = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  InvalidMessageContents: "InvalidMessageContents",
  InvalidParameterValue: "InvalidParameterValue",
  MissingParameter: "MissingParameter",
} as const;

/** An error with the code of SQS; the JSON protocol puts the namespace of the model before it. */
export function sqsError(code: keyof typeof QUERY_CODE, message: string): AwsError {
  return new AwsError(`com.amazonaws.sqs#${code}`, message, 400, { queryCode: QUERY_CODE[code] });
}
