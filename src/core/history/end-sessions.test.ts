import { expect, it } from "vitest";
import { endSessions } from "./end-sessions.ts";

it.each([
  { engine: "postgres", want: /^SELECT pg_terminate_backend\(pid\).* = '10\.0\.7\.9'::inet;$/ },
  { engine: "aurora-postgresql", want: /pg_terminate_backend/ },
  { engine: "mysql", want: /mysql\.rds_kill.* LIKE '10\.0\.7\.9:%';$/ },
  { engine: "aurora-mysql", want: /mysql\.rds_kill/ },
  { engine: "mariadb", want: /mysql\.rds_kill/ },
  { engine: "sqlserver-se", want: /'KILL '.* = '10\.0\.7\.9';$/ },
  { engine: "oracle-ee", want: /^SELECT machine, .*rdsadmin_util\.kill\(sid => .* FROM v\$session/ },
  { engine: "custom-oracle-ee", want: /rdsadmin_util\.kill/ },
])("$engine: a statement of its own", ({ engine, want }) =>
  expect(endSessions(engine, "10.0.7.9")?.statement).toMatch(want),
);

it("knows none for an engine that it does not know", () =>
  expect(endSessions("neptune", "10.0.7.9")).toBeUndefined());

it("says that somebody has to pick where the engine keeps no addresses", () =>
  expect(endSessions("oracle-se2", "10.0.7.9")?.does).toBe("picks"));
