/** What a thing costs, in USD, and for how many of it. */
export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** Where AWS publishes it. */
  readonly page: string;
}

const price = (usd: number, per: number, unit: string, page: string): Price => ({
  usd,
  per,
  unit,
  page: `https://aws.amazon.com/${page}/pricing/`,
});

/**
 * List prices of us-east-1 in USD, first tier, no free tier taken off. What AWS gives free stands in `FREE`.
 */
export const PRICES = {
  flowLogDelivery: price(0.25, 1, "GB", "cloudwatch"),
  lambdaRequest: price(0.2, 1e6, "runs", "lambda"),
  lambdaGbSecond: price(0.0000133334, 1, "GB-s", "lambda"),
  sqsStandard: price(0.4, 1e6, "requests", "sqs"),
  sqsFifo: price(0.5, 1e6, "requests", "sqs"),
  s3Put: price(0.005, 1e3, "PUT", "s3"),
  s3Get: price(0.0004, 1e3, "GET", "s3"),
  s3Month: price(0.023, 1, "GB-months", "s3"),
  optInEvent: price(1, 1e6, "events", "eventbridge"),
  logIntake: price(0.5, 1, "GB", "cloudwatch"),
  logMonth: price(0.03, 1, "GB-months", "cloudwatch"),
  metric: price(0.3, 1, "metrics", "cloudwatch"),
  alarm: price(0.1, 1, "alarms", "cloudwatch"),
  dashboard: price(3, 1, "dashboards", "cloudwatch"),
  trace: price(5, 1e6, "traces", "xray"),
  secret: price(0.4, 1, "secrets", "secrets-manager"),
  secretCall: price(0.05, 1e4, "calls", "secrets-manager"),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;
