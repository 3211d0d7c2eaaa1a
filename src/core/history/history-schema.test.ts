import { describe, expect, it } from "vitest";
import { athenaTable, HISTORY_COLUMNS, sqlText } from "./history-schema.ts";

describe("athenaTable", () => {
  it("lists every column and partition once, in Hive's types", () => {
    const ddl = athenaTable("s3://moat-history/v1/");
    const declared = [...ddl.matchAll(/`(\w+)` (\w+)/g)].map(([, name, type]) => `${name} ${type}`);
    expect(declared).toHaveLength(HISTORY_COLUMNS.length + 3);
    expect(declared).toContain("database_arn string");
    expect(declared).toContain("port int");
    expect(declared.slice(-3)).toEqual(["account string", "region string", "day string"]);
    expect(ddl).toContain("LOCATION 's3://moat-history/v1/'");
  });
});

describe("sqlText", () => {
  it("keeps a quote inside the literal", () => expect(sqlText("a'b")).toBe("'a''b'"));
});
