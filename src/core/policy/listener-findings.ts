import type { Diagnostic } from "../diagnostic.ts";
import type { AllowPlan } from "./allow-plan.ts";
import { inPlace, nameOf, ruleName } from "./findings.ts";
import type { Bound, PolicyIndex } from "./policy-index.ts";
import { besidesListener, coverListener, type Ports } from "./service-ports.ts";

/** What a rule opens besides the listener of a database, and why it may open nothing there at all. */
export function listenerFindings(
  index: PolicyIndex,
  plan: AllowPlan,
  ports: Ports,
  port: number,
  bound: Bound | undefined,
): readonly Diagnostic[] {
  const place = placeOf(index, plan, bound);
  const problems =
    bound === undefined
      ? []
      : ports.problems.map((problem) => inPlace(place, problem, "what it may open is not granted"));
  if (plan.rule.services.length === 0 && bound === undefined) return [withoutServices(place)];
  const dropped = besidesListener(ports.ranges, port);
  if (dropped.length === 0) return problems;
  const misses = !coverListener(ports.ranges, port);
  return [...problems, misses ? missesListener(place, dropped, port) : narrowed(place, dropped, port)];
}

function placeOf(index: PolicyIndex, plan: AllowPlan, bound: Bound | undefined): string {
  if (bound === undefined) return ruleName(plan.rule);
  const service = index.virtualServices[bound.virtualService];
  const name = service === undefined ? bound.binding.virtualService : nameOf(service);
  return `${ruleName(plan.rule)}, virtual service ${name} at workload "${bound.binding.workload}"`;
}

function withoutServices(place: string): Diagnostic {
  return {
    code: "RULE_WITHOUT_SERVICES",
    what: `${place} names no services and grants nothing to workloads`,
    why: "only the ports of a virtual service are known without services in the rule",
    fix: "name the services that the rule allows",
  };
}

function narrowed(place: string, dropped: readonly string[], port: number): Diagnostic {
  return {
    code: "SERVICE_NARROWED_TO_LISTENER",
    what: `${place} allows ${dropped.join(", ")}; only tcp ${port} is granted`,
    why: "a database serves its clients on its listener's TCP port and on nothing else",
    fix: "nothing to do; narrow the service in the policy if the difference matters",
  };
}

function missesListener(place: string, dropped: readonly string[], port: number): Diagnostic {
  return {
    code: "SERVICE_MISSES_LISTENER",
    what: `${place} allows ${dropped.join(", ")} but not tcp ${port}, on which the database listens, and grants nothing`,
    why: "a database serves its clients on its listener's TCP port and on nothing else",
    fix: `allow tcp ${port} in the rule if its consumers should reach the database`,
  };
}
