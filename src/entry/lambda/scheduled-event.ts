import { z } from "zod";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
const Scheduled = z.object({ source: z.literal("aws.events"), "detail-type": z.literal("Scheduled Event") });

/** Whether an event only says that a schedule of EventBridge fired. */
export const isScheduled = (event: unknown): boolean => Scheduled.safeParse(event).success;
