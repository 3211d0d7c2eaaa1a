import type { Diagnostic } from "../diagnostic.ts";
import type {
  Changed,
  LabelPair,
  PceChange,
  PceState,
  PceVirtualService,
  PceWorkload,
  WantedService,
  WantedWorkload,
} from "./pce-state.ts";
import type { WantedDatabase, WantedObjects } from "./wanted-objects.ts";

/** Whose objects are whose. */
export interface PceScope {
  /** `external_data_set` of what this installation makes. */
  readonly set: string;
  /** Whether an object of ours with this reference is to go when nobody wants it. */
  readonly mayRemove: (reference: string) => boolean;
}

export interface PcePlan {
  readonly change: PceChange;
  readonly findings: readonly Diagnostic[];
}

/**
 * Compares what a PCE should know with what it knows. Objects that others made count as what they are and are never
 * written to; ours are found by their external reference, so that each run goes on where the last one stopped.
 */
export function planPce(state: PceState, wanted: WantedObjects, scope: PceScope): PcePlan {
  const book = lookups(state, scope);
  const workloads = new Map<string, WantedWorkload>();
  const services = new Map<string, WantedService>();
  const bindings: PceChange["bindings"]["create"][number][] = [];
  const findings: Diagnostic[] = [];
  for (const each of wanted.databases) {
    const theirs = othersOf(state, each, scope);
    if (theirs.workload === undefined) workloads.set(each.workload.reference, each.workload);
    else findings.push(...different(each, theirs.workload));
    if (each.service !== undefined && theirs.service === undefined)
      services.set(each.service.reference, each.service);
    bindings.push(...missingBinding(state, book, each, theirs));
  }
  for (const client of wanted.clients) workloads.set(client.reference, client);
  const serviceChanges = changes(book.services, services, (now, want) => sameService(book, now, want), scope);
  const workloadChanges = changes(
    book.workloads,
    workloads,
    (now, want) => sameWorkload(book, now, want),
    scope,
  );
  const gone = new Set([...serviceChanges.remove, ...workloadChanges.remove]);
  const labelled = [...workloads.values(), ...services.values()].flatMap((each) => each.labels);
  return {
    change: {
      labels: newLabels(book, [
        ...[...workloadChanges.create, ...workloadChanges.update].flatMap((each) => each.labels),
        ...[...serviceChanges.create, ...serviceChanges.update].flatMap((each) => each.labels),
      ]),
      workloads: workloadChanges,
      services: serviceChanges,
      provision: [...book.services.values()]
        .filter(({ pending, href }) => pending !== "none" && !gone.has(href))
        .map(({ href }) => href),
      bindings: {
        create: bindings,
        remove: state.bindings
          .filter((b) => gone.has(b.virtualService) || gone.has(b.workload))
          .map((b) => b.href),
      },
      idleLabels: idleLabels(state, scope, gone, labelled),
    },
    findings,
  };
}

interface Book {
  readonly workloads: ReadonlyMap<string, PceWorkload>;
  readonly services: ReadonlyMap<string, PceVirtualService>;
  readonly labelAt: ReadonlyMap<string, string>;
  readonly nameOfLabel: ReadonlyMap<string, string>;
}

const nameOf = ({ key, value }: LabelPair): string => `${key}=${value}`;

function lookups({ workloads, virtualServices, labels }: PceState, { set }: PceScope): Book {
  const ours = <T extends { readonly set?: string; readonly reference?: string }>(list: readonly T[]) =>
    new Map(list.filter((each) => each.set === set).map((each) => [each.reference ?? "", each]));
  return {
    workloads: ours(workloads),
    services: ours(virtualServices),
    labelAt: new Map(labels.map((label) => [nameOf(label), label.href])),
    nameOfLabel: new Map(labels.map((label) => [label.href, nameOf(label)])),
  };
}

interface Others {
  readonly workload: PceWorkload | undefined;
  readonly service: PceVirtualService | undefined;
}

/** What somebody else made for the same database. */
function othersOf(state: PceState, { workload, database }: WantedDatabase, { set }: PceScope): Others {
  const endpoints = new Set(database.endpoints);
  return {
    workload: state.workloads.find(
      (each) =>
        each.set !== set &&
        (each.reference === workload.reference || endpoints.has(each.hostname.toLowerCase())),
    ),
    service: state.virtualServices.find(
      (each) => each.set !== set && each.fqdns.some((fqdn) => endpoints.has(fqdn.toLowerCase())),
    ),
  };
}

/** Others' workloads are left as they are; that an address is an old one should be known. */
function different({ database, workload }: WantedDatabase, theirs: PceWorkload): readonly Diagnostic[] {
  const addresses = workload.addresses ?? [];
  if (addresses.length === 0 || addresses.every((each) => theirs.addresses.includes(each))) return [];
  return [
    {
      code: "ONBOARD_ADDRESS_DIFFERS",
      what: `workload "${theirs.name}" does not have the address of "${database.id}" (${addresses.join(", ")})`,
      why: "Moat changes only what it made, and somebody else made this workload",
      fix: "correct its interfaces in the PCE, or delete it and run again",
    },
  ];
}

function missingBinding(
  state: PceState,
  book: Book,
  { database, service }: WantedDatabase,
  theirs: Others,
): PceChange["bindings"]["create"] {
  if (service === undefined || (theirs.service !== undefined && theirs.workload !== undefined)) return [];
  const virtualService = (theirs.service ?? book.services.get(database.arn))?.href;
  const workload = (theirs.workload ?? book.workloads.get(database.arn))?.href;
  const isBound = state.bindings.some((b) => b.virtualService === virtualService && b.workload === workload);
  if (isBound) return [];
  return [
    {
      reference: database.arn,
      ...(virtualService === undefined ? {} : { virtualService }),
      ...(workload === undefined ? {} : { workload }),
    },
  ];
}

function changes<Now extends { readonly href: string }, Want>(
  ours: ReadonlyMap<string, Now>,
  wanted: ReadonlyMap<string, Want>,
  same: (now: Now, want: Want) => boolean,
  { mayRemove }: PceScope,
) {
  const create: Want[] = [];
  const update: Changed<Want>[] = [];
  for (const [reference, want] of wanted) {
    const now = ours.get(reference);
    if (now === undefined) create.push(want);
    else if (!same(now, want)) update.push({ ...want, href: now.href });
  }
  const remove = [...ours].flatMap(([reference, now]) =>
    wanted.has(reference) || !mayRemove(reference) || isGoing(now) ? [] : [now.href],
  );
  return { create, update, remove };
}

const isGoing = (object: object): boolean => "pending" in object && object.pending === "delete";

function sameWorkload(book: Book, now: PceWorkload, want: WantedWorkload): boolean {
  return (
    now.hostname === (want.hostname ?? now.hostname) &&
    sameTexts(now.addresses, want.addresses ?? now.addresses) &&
    sameLabels(book, now.labels, want.labels)
  );
}

function sameService(book: Book, now: PceVirtualService, want: WantedService): boolean {
  return (
    sameTexts(now.ports.map(String), [String(want.port)]) &&
    sameTexts(now.fqdns, want.fqdns) &&
    sameLabels(book, now.labels, want.labels)
  );
}

const sameLabels = (book: Book, hrefs: readonly string[], labels: readonly LabelPair[]): boolean =>
  sameTexts(
    hrefs.map((href) => book.nameOfLabel.get(href) ?? href),
    labels.map(nameOf),
  );

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a)].sort().join("\n") === [...new Set(b)].sort().join("\n");

function newLabels(book: Book, labels: readonly LabelPair[]): readonly LabelPair[] {
  const byName = new Map(labels.map((label) => [nameOf(label), label]));
  return [...byName].flatMap(([name, label]) => (book.labelAt.has(name) ? [] : [label]));
}

/** Labels that we made and nothing carries after the change. Whether a rule still names one, the PCE says itself. */
function idleLabels(
  { labels, workloads, virtualServices }: PceState,
  { set }: PceScope,
  gone: ReadonlySet<string>,
  wanted: readonly LabelPair[],
): readonly string[] {
  const names = new Set(wanted.map(nameOf));
  const carried = new Set(
    [...workloads, ...virtualServices].filter((each) => !gone.has(each.href)).flatMap((each) => each.labels),
  );
  return labels
    .filter((label) => label.set === set && !carried.has(label.href) && !names.has(nameOf(label)))
    .map(({ href }) => href);
}
