import type { GetQueryResultsCommandOutput } from "@aws-sdk/client-athena";
import { HistoryFault } from "../../ports/flow-history.ts";
import type { AnswerCells } from "./answer-rows.ts";

const WHOLE_NUMBER: ReadonlySet<string> = new Set(["tinyint", "smallint", "integer", "int", "bigint"]);

/**
 * The rows of one page. Athena sends every value as text and none where there is no value; what is a number follows
 * from the column's type. The first row of the first page is the columns' names:
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
 *
 * @param columns those that were asked for, in their order
 * @throws HistoryFault when the page is not what was asked for
 */
export function athenaCells(
  { ResultSet }: Pick<GetQueryResultsCommandOutput, "ResultSet">,
  columns: readonly string[],
  isFirst: boolean,
): readonly AnswerCells[] {
  const types = typesOf(ResultSet?.ResultSetMetadata?.ColumnInfo ?? [], columns);
  const rows = (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue));
  if (isFirst && rows.shift()?.join() !== columns.join())
    throw unexpected("the first row does not hold the columns' names");
  return rows.map((cells) => {
    if (cells.length !== columns.length)
      throw unexpected(`a row has ${cells.length} cells of ${columns.length}`);
    return cells.map((cell, i) => cellValue(cell, types[i] ?? "", columns[i] ?? ""));
  });
}

function typesOf(
  info: readonly { readonly Name?: string | undefined; readonly Type?: string | undefined }[],
  columns: readonly string[],
): readonly string[] {
  const names = info.map(({ Name }) => Name ?? "");
  if (names.join() !== columns.join()) throw unexpected(`its columns are ${names.join(", ") || "not named"}`);
  return info.map(({ Type = "" }) => Type.toLowerCase());
}

function cellValue(cell: string | undefined, type: string, column: string): string | number | undefined {
  if (cell === undefined || !WHOLE_NUMBER.has(type)) return cell;
  const number = Number(cell);
  if (/^-?\d+$/.test(cell) && Number.isSafeInteger(number)) return number;
  throw unexpected(`"${cell}" in the column ${column} is no whole number`);
}

const unexpected = (what: string): HistoryFault =>
  new HistoryFault(
    `Athena's answer is not what was asked for: ${what}`,
    "A part of an answer would look like the whole",
    "Report this as a bug of Moat, with the message",
  );
