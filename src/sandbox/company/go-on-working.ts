import type { CompanyAws } from "./build-aws.ts";
import type { Company } from "./company.ts";
import { interfaceOf, portOf } from "./play-traffic.ts";

const HOUR_MS = 3_600_000;
/** AWS delivers a flow-log file some time after its five minutes are over. */
const DELIVERY_MS = 60_000;

/**
 * Lets the company work for as long as the clock runs: each habit connects at its own pace, and flow-log files are
 * delivered as their time slots end.
 *
 * @returns a function that ends it
 */
export function goOnWorking(company: Company, aws: CompanyAws): () => void {
  const { clock, network, flowLogs } = aws.sandbox;
  let stopped = false;
  const repeat = (delayMs: number, everyMs: number, act: () => void): void => {
    clock.schedule(delayMs, () => {
      if (stopped) return;
      act();
      repeat(everyMs, everyMs, act);
    });
  };
  for (const [habit, { from, to, perHour }] of company.traffic.entries()) {
    const everyMs = HOUR_MS / perHour;
    repeat((everyMs * (habit + 1)) / (company.traffic.length + 1), everyMs, () => {
      network.connect({
        source: interfaceOf(aws, from),
        destination: interfaceOf(aws, to),
        port: portOf(company, to),
      });
    });
  }
  repeat(DELIVERY_MS, DELIVERY_MS, () => flowLogs.deliver());
  return () => {
    stopped = true;
  };
}
