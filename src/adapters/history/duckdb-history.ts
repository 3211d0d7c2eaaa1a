import { glob } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { consumersQuery } from "../../core/history/consumers-query.ts";
import { duckdbView } from "../../core/history/history-schema.ts";
import type { FlowHistory } from "../../ports/flow-history.ts";
import { consumerRow } from "./consumer-row.ts";

/** A history in a folder, asked through DuckDB in this process. A folder without files is a history without rows. */
export function duckdbHistory(folder: string): FlowHistory {
  let opened:
    | Promise<{ readonly instance: DuckDBInstance; readonly connection: DuckDBConnection }>
    | undefined;
  const open = async () => {
    const instance = await DuckDBInstance.create(":memory:");
    return { instance, connection: await instance.connect() };
  };
  return {
    consumers: async (range) => {
      if (!(await holdsFiles(folder))) return [];
      opened ??= open();
      const { connection } = await opened;
      // The view is bound to the files that are there when it is made.
      await connection.run(duckdbView(folder));
      const answer = await connection.runAndReadAll(consumersQuery(range));
      return answer.getRows().map(consumerRow);
    },
    close: async () => {
      const open = await opened;
      opened = undefined;
      open?.connection.closeSync();
      open?.instance.closeSync();
    },
  };
}

/** DuckDB refuses a pattern that no file fits. */
async function holdsFiles(folder: string): Promise<boolean> {
  for await (const _ of glob("**/*.parquet", { cwd: folder })) return true;
  return false;
}
