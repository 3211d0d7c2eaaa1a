import { sqlText } from "./history-schema.ts";

/** A statement for a DBA, to be run on the database itself. */
export interface EndSessions {
  readonly statement: string;
  /**
   * `ends`: it ends the sessions. `lists`: its answer is the statements that do. `picks`: likewise for the sessions of
   * everybody, with the names of their hosts, because the engine does not keep a client's address.
   */
  readonly does: "ends" | "lists" | "picks";
}

/**
 * The statement that ends every session from an address, by the engine as RDS names it; `undefined` for an engine that
 * is not known here.
 *
 * @param address canonical, so that nothing in it can leave the literal
 */
export function endSessions(engine: string, address: string): EndSessions | undefined {
  if (/postgres/.test(engine)) {
    return {
      does: "ends",
      statement: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_addr = ${sqlText(address)}::inet;`,
    };
  }
  if (/mysql|mariadb/.test(engine) || engine === "aurora") {
    // KILL needs a right that RDS gives to nobody; rds_kill is there instead:
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-stored-proc-ending.html
    return {
      does: "lists",
      statement: `SELECT CONCAT('CALL mysql.rds_kill(', id, ');') FROM information_schema.processlist WHERE host LIKE ${sqlText(`${address}:%`)};`,
    };
  }
  if (engine.startsWith("sqlserver")) {
    return {
      does: "lists",
      statement: `SELECT CONCAT('KILL ', session_id, ';') FROM sys.dm_exec_connections WHERE client_net_address = ${sqlText(address)};`,
    };
  }
  if (/oracle/.test(engine)) {
    // V$SESSION has the name and the port of a client, and no address; ALTER SYSTEM is granted to nobody on RDS:
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.Oracle.CommonDBATasks.KillingSession.html
    const kill =
      "'BEGIN rdsadmin.rdsadmin_util.kill(sid => ' || sid || ', serial => ' || serial# || '); END;'";
    return {
      does: "picks",
      statement: `SELECT machine, program, ${kill} FROM v$session WHERE type = 'USER' AND username IS NOT NULL;`,
    };
  }
  return undefined;
}
