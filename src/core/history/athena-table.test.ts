import { describe, expect, it } from "vitest";
import { athenaTable } from "./athena-table.ts";
import { HISTORY_COLUMNS } from "./history-schema.ts";

const folders = {
  accounts: ["444455556666", "111122223333", "444455556666"],
  regions: ["eu-west-1"],
  firstDay: "2026-01-01",
};

describe("athenaTable", () => {
  const ddl = athenaTable("s3://moat-history/v1/", folders);

  it("lists every column and partition once, in Hive's types", () => {
    const declared = [...ddl.matchAll(/`(\w+)` (\w+)/g)].map(([, name, type]) => `${name} ${type}`);
    expect(declared).toHaveLength(HISTORY_COLUMNS.length + 3);
    expect(declared).toContain("database_arn string");
    expect(declared).toContain("port int");
    expect(declared.slice(-3)).toEqual(["account string", "region string", "day string"]);
    expect(ddl).toContain("LOCATION 's3://moat-history/v1/'");
  });

  it("computes partitions where the files lie, whatever the order of the folders", () => {
    expect(ddl).toContain("'projection.account.values' = '111122223333,444455556666'");
    expect(ddl).toContain("'projection.day.range' = '2026-01-01,NOW+1DAYS'");
    const template =
      /** biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own placeholders */
      "'s3://moat-history/v1/account=${account}/region=${region}/day=${day}/'";
    expect(ddl).toContain(`'storage.location.template' = ${template}`);
    const other = { ...folders, accounts: ["111122223333", "444455556666"] };
    expect(athenaTable("s3://moat-history/v1", other)).toBe(ddl);
  });
});
