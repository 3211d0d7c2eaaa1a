/** What of a PCE's objects decides whether a database is known to it. Hrefs are canonical. */
export interface PceState {
  /** False when objects may be missing: then nothing is created, because it may exist already. */
  readonly complete: boolean;
  readonly labels: readonly PceLabel[];
  readonly workloads: readonly PceWorkload[];
  /** As drafted. */
  readonly virtualServices: readonly PceVirtualService[];
  readonly bindings: readonly {
    readonly href: string;
    readonly virtualService: string;
    readonly workload: string;
  }[];
}

/** Who made an object: `set` names the program, `reference` the thing that the object stands for. */
interface External {
  readonly set?: string;
  readonly reference?: string;
}

export interface PceLabel extends External {
  readonly href: string;
  readonly key: string;
  readonly value: string;
}

export interface PceWorkload extends External {
  readonly href: string;
  readonly name: string;
  readonly hostname: string;
  readonly managed: boolean;
  readonly addresses: readonly string[];
  /** Hrefs. */
  readonly labels: readonly string[];
}

export interface PceVirtualService extends External {
  readonly href: string;
  readonly name: string;
  /** TCP ports that stand in the service itself. */
  readonly ports: readonly number[];
  readonly fqdns: readonly string[];
  readonly labels: readonly string[];
  /** `delete`: its removal waits to be provisioned. `changed`: a draft does. */
  readonly pending: "none" | "changed" | "delete";
}

/** A label as people write it. */
export interface LabelPair {
  readonly key: string;
  readonly value: string;
}

/** A workload that the PCE should have. */
export interface WantedWorkload {
  readonly reference: string;
  readonly name: string;
  readonly hostname?: string;
  /** Absent when they are not known: those that the PCE has stay. */
  readonly addresses?: readonly string[];
  readonly labels: readonly LabelPair[];
}

/** A virtual service that the PCE should have. */
export interface WantedService {
  readonly reference: string;
  readonly name: string;
  readonly port: number;
  readonly fqdns: readonly string[];
  readonly labels: readonly LabelPair[];
}

/** An object to change, in its place. */
export type Changed<T> = T & { readonly href: string };

/** What is to be written to a PCE. */
export interface PceChange {
  readonly labels: readonly LabelPair[];
  readonly workloads: Changes<WantedWorkload>;
  readonly services: Changes<WantedService>;
  /** Services of ours that a run which was cut short left as drafts. */
  readonly provision: readonly string[];
  readonly bindings: {
    /** `virtualService` and `workload` are absent as long as they are only to be made. */
    readonly create: readonly {
      readonly reference: string;
      readonly virtualService?: string;
      readonly workload?: string;
    }[];
    readonly remove: readonly string[];
  };
  /** Hrefs of labels that we made and nobody carries any more. */
  readonly idleLabels: readonly string[];
}

export interface Changes<T> {
  readonly create: readonly T[];
  readonly update: readonly Changed<T>[];
  readonly remove: readonly string[];
}

/** Whether there is nothing to write. */
export function isDone({ labels, workloads, services, provision, bindings, idleLabels }: PceChange): boolean {
  const lists: readonly (readonly unknown[])[] = [
    labels,
    provision,
    bindings.create,
    bindings.remove,
    idleLabels,
  ];
  return (
    [workloads, services].every(({ create, update, remove }) =>
      [create, update, remove].every((list) => list.length === 0),
    ) && lists.every((list) => list.length === 0)
  );
}
