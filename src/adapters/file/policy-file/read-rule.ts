import type { Actor, AllowRule, DenyRule, RuleService } from "../../../core/policy/model.ts";
import { type FileReader, note, type Problem, readPart, unknownName } from "./file-reader.ts";
import { type ActorShape, DenyRuleSchema, RuleSchema } from "./policy-schema.ts";
import { type KnownNames, readActor } from "./read-actor.ts";
import { looksLikePorts, readServicePort } from "./read-service.ts";
import type { YamlPath } from "./yaml-source.ts";

interface RulePlace {
  readonly path: YamlPath;
  readonly href: string;
}

/** Reads one entry of a rule set's `rules`. */
export function readRule(
  reader: FileReader,
  names: KnownNames,
  raw: unknown,
  place: RulePlace,
): AllowRule | undefined {
  const shape = readPart(reader, RuleSchema, raw, place.path);
  if (shape === undefined) return undefined;
  for (const side of ["providers", "consumers"] as const) {
    const as = shape.resolve_labels_as?.[side];
    if (as !== undefined && !asList(as).includes("workloads")) {
      note(reader, [...place.path, "resolve_labels_as", side], NO_VIRTUAL_SERVICES);
    }
  }
  return {
    kind: "allow",
    ...common(reader, names, shape, place),
    resolveProvidersAs: ["workloads"],
    resolveConsumersAs: ["workloads"],
    useWorkloadSubnets: shape.use_workload_subnets,
  };
}

/** Reads one entry of a rule set's `deny_rules`. */
export function readDenyRule(
  reader: FileReader,
  names: KnownNames,
  raw: unknown,
  place: RulePlace,
): DenyRule | undefined {
  const shape = readPart(reader, DenyRuleSchema, raw, place.path);
  if (shape === undefined) return undefined;
  return { kind: "deny", ...common(reader, names, shape, place), override: shape.override };
}

interface CommonShape {
  readonly description?: string | undefined;
  readonly enabled: boolean;
  readonly consumers: ActorShape | readonly ActorShape[];
  readonly providers: ActorShape | readonly ActorShape[];
  readonly services?: string | readonly string[] | undefined;
  readonly unscoped_consumers: boolean;
}

function common(reader: FileReader, names: KnownNames, shape: CommonShape, { path, href }: RulePlace) {
  return {
    href,
    line: reader.source.at(path).line,
    enabled: shape.enabled,
    ...(shape.description === undefined ? {} : { description: shape.description }),
    consumers: actors(reader, names, shape.consumers, [...path, "consumers"]),
    providers: actors(reader, names, shape.providers, [...path, "providers"]),
    services: services(reader, names, shape.services, [...path, "services"]),
    unscopedConsumers: shape.unscoped_consumers,
    networkType: "brn" as const,
    inexpressible: [],
  };
}

function actors(
  reader: FileReader,
  names: KnownNames,
  shapes: ActorShape | readonly ActorShape[],
  path: YamlPath,
): readonly Actor[] {
  if (typeof shapes === "string" || !("length" in shapes)) return readActor(reader, names, shapes, path);
  return shapes.flatMap((shape, i) => readActor(reader, names, shape, [...path, i]));
}

/** Without services a rule is about whatever port the database listens on. */
function services(
  reader: FileReader,
  names: KnownNames,
  texts: string | readonly string[] | undefined,
  path: YamlPath,
): readonly RuleService[] {
  if (texts === undefined) return [{ kind: "port", protocol: 6, listener: true }];
  if (typeof texts === "string") return service(reader, names, texts, path);
  return texts.flatMap((text, i) => service(reader, names, text, [...path, i]));
}

/** A name that somebody defined wins over the ports that it looks like. */
function service(
  reader: FileReader,
  names: KnownNames,
  text: string,
  path: YamlPath,
): readonly RuleService[] {
  if (names.services.includes(text)) return [{ kind: "service", href: `${reader.root}/services/${text}` }];
  if (!looksLikePorts(text)) {
    note(reader, path, unknownName("service", "services", text, names.services));
    return [];
  }
  const port = readServicePort(text);
  if (port.ok) return [port.value];
  note(reader, path, port.error);
  return [];
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const NO_VIRTUAL_SERVICES: Problem = {
  code: "POLICY_NO_VIRTUAL_SERVICES",
  what: "the labels would be resolved as virtual services only",
  why: "a policy file has no virtual services, so the rule would grant nothing; its databases are workloads",
  fix: 'leave "resolve_labels_as" out, or write "workloads"',
};
