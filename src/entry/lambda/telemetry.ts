import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** Every figure that is ever sent. There is no other dimension than the function's name, so the cost is bounded. */
export type Figure =
  | "CanaryLeft"
  | "CanaryRepairs"
  | "CanarySeconds"
  | "Databases"
  | "DatabasesInSync"
  | "DatabasesRefused"
  | "DriftFound"
  | "HandedOver"
  | "MapsDrawn"
  | "NotificationsMissed"
  | "RevocationsHeld"
  | "RunsFailed"
  | "TargetsFailed"
  | "TugsOfWar"
  | "WavesStopped"
  | "WriteCalls";

/** Figures and traces of one function. */
export interface Telemetry {
  readonly count: (figure: Figure, value: number) => void;
  /** Writes the figures of a run down, as one line of CloudWatch's embedded metric format. */
  readonly flush: () => void;
  /** Does some work as a part of its own in the trace, where the function is traced. */
  readonly traced: <T>(part: string, work: () => Promise<T>) => Promise<T>;
}

/** Makes what measures a function. X-Ray's library is loaded only where the function is traced. */
export function telemetry(serviceName: string, env: NodeJS.ProcessEnv): Telemetry {
  const metrics = new Metrics({ namespace: "Moat", serviceName });
  return {
    count: (figure, value) => metrics.addMetric(figure, unitOf(figure), value),
    flush: () => metrics.publishStoredMetrics(),
    traced: (part, work) =>
      env.AWS_XRAY_DAEMON_ADDRESS === undefined ? work() : inSubsegment(serviceName, part, work),
  };
}

const unitOf = (figure: Figure): "Seconds" | "Count" =>
  figure === "CanarySeconds" ? MetricUnit.Seconds : MetricUnit.Count;

async function inSubsegment<T>(serviceName: string, part: string, work: () => Promise<T>): Promise<T> {
  const { Tracer } = await import("@aws-lambda-powertools/tracer");
  const tracer = new Tracer({ serviceName, captureHTTPsRequests: false });
  const parent = tracer.getSegment();
  const segment = parent?.addNewSubsegment(part);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) segment?.addError(error.name);
    throw error;
  } finally {
    segment?.close();
  }
}
