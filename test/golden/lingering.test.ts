import { expect, it } from "vitest";
import { endSessions } from "../../src/core/history/end-sessions.ts";
import type { LingeringSession } from "../../src/core/history/lingering-sessions.ts";
import { lingeringText } from "../../src/entry/cli/render/history-text.ts";
import { styleFor } from "../../src/entry/cli/render/style.ts";

/** One engine of each kind, and one that no statement is known for. */
const ENGINES = ["postgres", "aurora-mysql", "mariadb", "sqlserver-ee", "oracle-ee", "docdb"];

const session = (engine: string): LingeringSession => {
  const consumer = engine === "postgres" ? "2001:db8::7" : "10.20.1.7";
  const end = endSessions(engine, consumer);
  return {
    databaseId: `orders-${engine}`,
    databaseArn: `arn:aws:rds:eu-west-1:111122223333:db:orders-${engine}`,
    engine,
    consumer,
    records: 1_204,
    lastSeen: "2026-08-15T04:30:00Z",
    ...(end === undefined ? {} : { end }),
  };
};

it("who lingers, and the statement that ends it, engine by engine", async () => {
  const text = lingeringText(ENGINES.map(session), styleFor({}, { NO_COLOR: "1" }));
  await expect(`${text}\n`).toMatchFileSnapshot("history/lingering-engines.txt");
});
