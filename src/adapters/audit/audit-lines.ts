import { z } from "zod";
import type { AuditLine } from "../../core/audit/audit-record.ts";

const Rule = z.looseObject({
  direction: z.string(),
  protocol: z.string(),
  fromPort: z.number().optional(),
  toPort: z.number().optional(),
  source: z.string(),
});

const Decision = z.object({
  policy: z.object({ source: z.string(), version: z.string(), complete: z.boolean() }),
  shrinkPercent: z.number(),
  acknowledged: z.array(z.string()),
});

const Start = z.object({
  purpose: z.string(),
  mode: z.string(),
  port: z.number().optional(),
  managed: z.array(z.string()),
  attached: z.array(z.string()),
  keptGroups: z.array(z.string()),
  groups: z.record(z.string(), z.array(Rule.extend({ granted: z.boolean().optional() }))),
  rules: z.array(Rule),
  members: z.record(z.string(), z.array(z.string())).optional(),
  egress: z.object({ state: z.string(), rules: z.array(Rule), kept: z.array(Rule) }).optional(),
  decision: Decision.optional(),
});

const Record = z.object({
  at: z.string(),
  database: z.string(),
  action: z.string(),
  step: z.object({
    action: z.string(),
    group: z.string().optional(),
    name: z.string().optional(),
    groups: z.array(z.string()).optional(),
    rules: z.array(Rule).optional(),
    database: z.string().optional(),
    tags: z.record(z.string(), z.string()).optional(),
  }),
  created: z.record(z.string(), z.string()).optional(),
  why: z.string(),
  basis: z.string(),
  start: Start.optional(),
  previous: z.string().optional(),
});

const Onboarding = z.object({
  at: z.string(),
  run: z.string(),
  target: z.string(),
  action: z.string(),
  mark: z.string(),
  items: z.array(z.object({ id: z.string(), mark: z.string().optional() })),
  why: z.string(),
  basis: z.string(),
  previous: z.string().optional(),
});

/** Reads the lines of an audit log, numbered from 1; a line that is no record keeps its text only. */
export function auditLines(texts: readonly string[]): readonly AuditLine[] {
  return texts.map((text, i) => {
    const json = jsonOf(text);
    const read = Record.safeParse(json);
    // Absent fields are absent, not undefined: zod leaves out what was not there.
    if (read.success) return { number: i + 1, text, record: read.data as AuditLine["record"] & {} };
    const other = Onboarding.safeParse(json);
    const onboarding = other.data as (AuditLine["onboarding"] & {}) | undefined;
    return { number: i + 1, text, ...(onboarding === undefined ? {} : { onboarding }) };
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
