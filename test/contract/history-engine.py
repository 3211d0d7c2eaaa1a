"""Stands for Athena over the files of a history: one question a line on standard input, one answer a line.

sqlglot reads each statement as Athena's. CREATE EXTERNAL TABLE is kept as it says: columns and their types, partitions
and how they are projected. A query sees the files that the projection leads to at that moment, no others, and is run by
DataFusion, which shares no code with DuckDB. `argv`: the location of the table in S3 and the folder that stands for it.
"""

import datetime
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import sqlglot
from datafusion import SessionContext
from sqlglot import exp

LOCATION, FOLDER = sys.argv[1], Path(sys.argv[2])
TYPES = {"TEXT": pa.string(), "INT": pa.int32(), "BIGINT": pa.int64()}
tables = {}
views = {}


def create(statement):
    """Keeps a table or a view by what its statement says."""
    schema = statement.this
    if statement.kind == "VIEW":
        views[schema.name] = statement.expression.sql(dialect="postgres")
        return
    name = schema.this.name
    columns = [(c.name, TYPES[c.kind.this.value]) for c in schema.expressions]
    properties, partitions, location = {}, [], None
    for each in statement.args["properties"].expressions:
        if isinstance(each, exp.LocationProperty):
            location = each.this.name
        elif isinstance(each, exp.PartitionedByProperty):
            partitions = [(c.name, TYPES[c.kind.this.value]) for c in each.this.expressions]
        elif type(each) is exp.Property:
            properties[each.name] = each.args["value"].name
    if location != LOCATION or properties["projection.enabled"] != "true":
        raise ValueError(f"no projected table at {LOCATION}")
    tables[name] = (columns, partitions, properties)


def days(span, now):
    first, last = span.split(",")
    ahead = re.fullmatch(r"NOW\+(\d+)DAYS", last)
    day, end = datetime.date.fromisoformat(first), now + datetime.timedelta(days=int(ahead.group(1)))
    while day <= end:
        yield day.isoformat()
        day += datetime.timedelta(days=1)


def folders(properties):
    """Every folder that the projection leads to, below the table's."""
    template = properties["storage.location.template"]
    if not template.startswith(LOCATION):
        raise ValueError(f"{template} is not below {LOCATION}")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for account in properties["projection.account.values"].split(","):
        for region in properties["projection.region.values"].split(","):
            for day in days(properties["projection.day.range"], today):
                path = template.replace("${account}", account).replace("${region}", region)
                yield path.replace("${day}", day)[len(LOCATION) :]


def ask(statement, sql):
    context = SessionContext()
    with tempfile.TemporaryDirectory() as root:
        for name, (columns, partitions, properties) in tables.items():
            seen = Path(root) / name
            seen.mkdir()
            for folder in folders(properties):
                if (FOLDER / folder).is_dir():
                    shutil.copytree(FOLDER / folder, seen / folder)
            context.register_parquet(
                name, str(seen), table_partition_cols=partitions, schema=pa.schema(columns), file_extension=".parquet"
            )
        for name, text in views.items():
            context.sql(f"CREATE VIEW {name} AS {text}")
        # Names of Athena's types and functions become those of a dialect that DataFusion follows.
        table = context.sql(statement.sql(dialect="postgres")).to_arrow_table()
    named = {pa.string(): "varchar", pa.string_view(): "varchar", pa.large_string(): "varchar"}
    named |= {pa.int32(): "integer", pa.int64(): "bigint"}
    return {
        "columns": table.column_names,
        "types": [named[field.type] for field in table.schema],
        "rows": [list(row.values()) for row in table.to_pylist()],
    }


for line in sys.stdin:
    try:
        (tree,) = sqlglot.parse(json.loads(line), read="athena", error_level=sqlglot.ErrorLevel.RAISE)
        answer = create(tree) or {"made": True} if isinstance(tree, exp.Create) else ask(tree, line)
    except Exception as error:  # Whoever asked is told, and may ask again.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
