import { readFileSync } from "node:fs";
import { SandboxClock } from "../aws/model/clock.ts";
import { buildAws, type CompanyAws } from "./build-aws.ts";
import { buildPce, type CompanyPce } from "./build-pce.ts";
import { type Company, parseCompany } from "./company.ts";

const DESCRIPTION = new URL("../../../examples/orders/company.yaml", import.meta.url);

/** A company with both its halves, on one clock. */
export interface SampleCompany {
  readonly company: Company;
  readonly aws: CompanyAws;
  readonly pce: CompanyPce;
  readonly clock: SandboxClock;
}

/** Builds the sample company of `examples/orders`. Same start, same company. */
export function sampleCompany(
  options: { readonly startMs?: number; readonly seed?: number } = {},
): SampleCompany {
  const company = parseCompany(readFileSync(DESCRIPTION, "utf8"));
  const clock = options.startMs === undefined ? new SandboxClock() : new SandboxClock(options.startMs);
  const seed = options.seed ?? 1;
  const aws = buildAws(company, { clock, seed });
  const pce = buildPce(company, aws, { now: () => clock.now(), seed });
  return { company, aws, pce, clock };
}
