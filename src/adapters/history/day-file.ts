/** A file of one day of the history, as its path tells. */
export interface DayFile {
  /** `account=…/region=…/day=…` */
  readonly folder: string;
  /** `2026-08-15` */
  readonly day: string;
  /** 0 for a file of one object. */
  readonly generation: number;
  /** The object, in a file of one. */
  readonly digest?: string;
}

const PATH =
  /^(account=[^/]+\/region=[^/]+\/day=(\d{4}-\d{2}-\d{2}))\/(?:compacted-(\d{6})|([0-9a-f]+))\.parquet$/;

/** The folder of one day. */
export const dayFolder = (account: string, region: string, day: string): string =>
  `account=${account}/region=${region}/day=${day}`;

/** Path of the file of one object on one day. */
export const objectPath = (folder: string, digest: string): string => `${folder}/${digest}.parquet`;

/** Path of the file that the n-th compaction of a day makes. */
export const compactedPath = (folder: string, generation: number): string =>
  `${folder}/compacted-${String(generation).padStart(6, "0")}.parquet`;

/** Reads a path; `undefined` for a file that is none of the history's. */
export function dayFile(path: string): DayFile | undefined {
  const [, folder, day, generation, digest] = PATH.exec(path) ?? [];
  if (folder === undefined || day === undefined) return undefined;
  return {
    folder,
    day,
    generation: Number(generation ?? 0),
    ...(digest === undefined ? {} : { digest }),
  };
}
