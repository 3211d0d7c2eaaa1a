/**
 * Who was let in to a database: whoever opened a TCP connection to it that was not turned away. A log format without a
 * protocol or an action says neither, so such rows count. This one definition is what all engines go by.
 */
export const SERVED = { side: "provider", notAction: "REJECT", protocol: "tcp" } as const;

/** The fields that decide. */
export interface ServedFields {
  readonly databaseSide?: string;
  readonly action?: string;
  readonly protocol?: string;
}

/** Whether a row tells of somebody who was let in. */
export const wasServed = ({ databaseSide, action, protocol }: ServedFields): boolean =>
  databaseSide === SERVED.side &&
  action !== SERVED.notAction &&
  (protocol ?? SERVED.protocol) === SERVED.protocol;
