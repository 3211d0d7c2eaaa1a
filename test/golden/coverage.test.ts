import { expect, it } from "vitest";
import { databaseCoverage } from "../../src/core/history/coverage.ts";
import type { LogHour } from "../../src/core/history/history-answers.ts";
import { coverageText } from "../../src/entry/cli/render/history-text.ts";
import { styleFor } from "../../src/entry/cli/render/style.ts";
import { tooWide } from "../support/run-cli.ts";

/** A Friday, 2026-08-14. */
const START = Date.UTC(2026, 7, 14, 6) / 1000;
const place = { account: "111122223333", region: "eu-west-1" };
const hour = (flowLog: string, n: number, changes: Partial<LogHour> = {}): LogHour => ({
  ...place,
  flowLog,
  hourStart: START + n * 3600,
  objects: 12,
  records: 1_000,
  skipData: 0,
  malformed: 0,
  incomplete: 0,
  ...changes,
});

it("what a history can have seen, with all that may be missing", async () => {
  const hours = [
    ...Array.from({ length: 48 }, (_, n) => hour("fl-1", n)),
    ...[0, 1, 2, 3, 9, 10, 11].map((n) => hour("fl-2", n, n === 2 ? { objects: 7, incomplete: 1 } : {})),
    ...[0, 1].map((n) => hour("fl-2", 46 + n, { skipData: 3 })),
  ];
  const arn = (id: string): string => `arn:aws:rds:eu-west-1:111122223333:db:${id}`;
  const logs = [
    { databaseArn: arn("orders"), ...place, flowLog: "fl-1" },
    { databaseArn: arn("ledger"), ...place, flowLog: "fl-2" },
  ];
  const more = [
    { database: "orders", conversations: 1_204, labelled: 1_190, unseen: [] },
    {
      database: "ledger",
      conversations: 12,
      labelled: 0,
      unseen: ["eni-0a1b2c3d4e5f60718", "eni-0b1b2c3d4e5f60718"],
    },
    { database: "archive", conversations: 0, labelled: 0, unseen: ["eni-0c1b2c3d4e5f60718"] },
  ];
  const coverage = databaseCoverage(
    more.map(({ database }) => arn(database)),
    logs,
    hours,
  ).map((c, i) => ({ ...c, database: "", conversations: 0, labelled: 0, ...more[i] }));
  const text = coverageText("s3://my-bucket/moat-history/", hours, coverage, styleFor({}, { NO_COLOR: "1" }));
  expect(tooWide(text)).toBeUndefined();
  await expect(`${text}\n`).toMatchFileSnapshot("history/status-gaps.txt");
});
