import { parse } from "yaml";
import { z } from "zod";

const Labels = z.record(z.string(), z.string());

const Rule = z.strictObject({
  description: z.string(),
  consumers: z.array(z.string()),
  providers: z.array(z.string()),
  /** Consumers of any scope, Illumio's extra-scope rule. */
  anyScope: z.boolean().default(false),
});

const Schema = z.strictObject({
  name: z.string(),
  region: z.string(),
  vpc: z.string(),
  subnets: z.record(z.string(), z.string()),
  securityGroups: z.array(
    z.strictObject({
      name: z.string(),
      allow: z.array(z.strictObject({ port: z.int(), from: z.string() })).default([]),
    }),
  ),
  consumers: z.array(z.strictObject({ name: z.string(), address: z.string(), labels: Labels.optional() })),
  databases: z.array(
    z.strictObject({
      id: z.string(),
      engine: z.string(),
      port: z.int(),
      address: z.string(),
      groups: z.array(z.string()),
      mode: z.enum(["observe", "enforce"]).optional(),
      labels: Labels,
    }),
  ),
  ipLists: z.array(z.strictObject({ name: z.string(), ranges: z.array(z.string()) })),
  ruleSets: z.array(z.strictObject({ name: z.string(), scope: z.array(z.string()), rules: z.array(Rule) })),
  traffic: z.array(z.strictObject({ from: z.string(), to: z.string(), perHour: z.int().min(1) })),
});

/** A company in an embedded AWS and PCE: networks, databases, consumers, policy and habits. */
export type Company = z.infer<typeof Schema>;

/** Reads the description of a company. @throws ZodError or YAMLParseError when it is not one */
export const parseCompany = (yaml: string): Company => Schema.parse(parse(yaml));
