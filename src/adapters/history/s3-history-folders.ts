import type { HistoryFolders } from "../../core/history/athena-table.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { s3Folders } from "../aws/s3-pages.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import { sideBySide } from "../aws/side-by-side.ts";

/** Folders that are looked into at once. */
const AT_ONCE = 8;

/**
 * Which accounts and regions a history in S3 has, and the year in which it begins; `undefined` where it has no file.
 * It lists folders, not files, so that it costs a call or two for each account and region however many files there are.
 *
 * @throws AwsFault when S3 does not answer
 */
export async function s3HistoryFolders(
  clients: AwsClients,
  { bucket, prefix }: S3Uri,
): Promise<HistoryFolders | undefined> {
  const root = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const accounts = await s3Folders(clients, bucket, `${root}account=`);
  const regions = (await each(accounts, (account) => s3Folders(clients, bucket, `${account}region=`))).flat();
  const days = await each(regions, (region) => firstBelow(clients, bucket, `${region}day=`));
  const [first] = days.flatMap((key) => /\/day=(\d{4})-\d{2}-\d{2}\//.exec(key ?? "")?.[1] ?? []).sort();
  if (first === undefined) return undefined;
  return {
    accounts: accounts.map((path) => folderValue(path)),
    regions: [...new Set(regions.map((path) => folderValue(path)))],
    // Its year: otherwise each day that expires would make another table.
    firstDay: `${first}-01-01`,
  };
}

/** `v1/account=unknown/` is of `unknown`. */
const folderValue = (path: string): string => path.slice(path.lastIndexOf("=") + 1, -1);

/** The first key that begins with this. Keys come sorted, and days sort by time. */
async function firstBelow(clients: AwsClients, bucket: string, prefix: string): Promise<string | undefined> {
  const { sdk, client } = await clients.s3();
  const { Contents = [] } = await callAws("s3:ListBucket", () =>
    client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 })),
  );
  return Contents[0]?.Key;
}

/** Asks for each of them, some at once; the answers are in their order. */
async function each<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  await sideBySide([...items.entries()], AT_ONCE, async ([i, item]) => {
    answers[i] = await ask(item);
  });
  return answers;
}
