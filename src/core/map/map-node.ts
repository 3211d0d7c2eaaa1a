import type { MapLabels } from "./map-data.ts";

/** A row in one of the two columns. */
export interface MapNode {
  readonly id: string;
  readonly side: "consumer" | "database";
  /** `rest`: what has no row of its own, because others have more traffic. */
  readonly kind: "group" | "workload" | "address" | "database" | "rest";
  readonly title: string;
  readonly labels: MapLabels;
  /** 0 at the left edge; the rows of an open group are one deeper. */
  readonly depth: number;
  readonly open: boolean;
  readonly canOpen: boolean;
  /** Consumers or databases behind it that pass the filters, and links. */
  readonly members: number;
  readonly links: number;
}
